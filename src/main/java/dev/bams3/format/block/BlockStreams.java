package dev.bams3.format.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.ZstdWindow;

/** The streams of one block after the other, verified and unpacked into one scratch array. */
final class BlockStreams implements AutoCloseable {
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private final RansDecoder rans = new RansDecoder();
    private final StreamCursor[] byId = new StreamCursor[StreamIds.TAG_FIELD + StreamIds.MAX_TAG_FIELDS];
    private int[] opened = new int[0];
    private int count;
    private byte[] scratch = new byte[0];

    /** Verifies and unpacks all streams; what {@link #open} returned before is void. */
    void load(BlockFrame frame) {
        for (int i = 0; i < count; i++) {
            byId[opened[i]].reset(opened[i], scratch, 0, 0, StreamIds.PLAIN);
        }
        count = 0;
        if (scratch.length < frame.totalRaw) {
            scratch = new byte[(int) Math.min(Integer.MAX_VALUE - 16, frame.totalRaw * 5L / 4)];
        }
        if (opened.length < frame.count) {
            opened = new int[frame.count];
        }
        int at = 0;
        for (int i = 0; i < frame.count; i++) {
            int id = frame.ids[i];
            if (id >= StreamIds.OPTIONAL) {
                continue;
            }
            if (!StreamIds.isKnown(id)) {
                throw Bams3Format.unsupported(frame.object, "stream " + id, "stream " + id);
            }
            unpack(frame, i, scratch, at);
            StreamCursor cursor = cursor(id);
            cursor.reset(id, scratch, at, at + frame.rawLengths[i], frame.transforms[i]);
            opened[count++] = id;
            at += frame.rawLengths[i];
        }
    }

    private StreamCursor cursor(int id) {
        if (byId[id] == null) {
            byId[id] = new StreamCursor();
            byId[id].reset(id, scratch, 0, 0, StreamIds.PLAIN);
        }
        return byId[id];
    }

    /** The stream of this id, empty where the block has none. */
    StreamCursor open(int id) {
        return cursor(id);
    }

    /** The stream of this id, of which only the plain form is defined. */
    StreamCursor plain(int id) {
        StreamCursor cursor = cursor(id);
        if (cursor.transform != StreamIds.PLAIN) {
            throw cursor.unknownTransform();
        }
        return cursor;
    }

    /** Verifies a stream and writes its raw bytes. */
    void unpack(BlockFrame frame, int stream, byte[] target, int at) {
        frame.verify(stream);
        int raw = frame.rawLengths[stream];
        int stored = frame.storedLengths[stream];
        int from = frame.offsets[stream];
        switch (frame.codecs[stream]) {
            case Bams3Format.CODEC_STORED -> {
                if (raw != stored) {
                    throw frame.corrupt(stream, raw + " raw bytes, " + stored + " stored as they are");
                }
                System.arraycopy(frame.bytes, from, target, at, raw);
            }
            case Bams3Format.CODEC_ZSTD -> {
                long declared = stored == 0 ? -1 : Zstd.getFrameContentSize(frame.bytes, from, stored);
                if (declared != raw) {
                    throw frame.corrupt(stream, "the zstd frame holds " + declared + " bytes, not " + raw);
                }
                long window = ZstdWindow.length(frame.bytes, from, declared);
                if (window > ZstdWindow.MAX) {
                    throw frame.corrupt(stream, ZstdWindow.refused(window));
                }
                try {
                    long length = Zstd.findFrameCompressedSize(frame.bytes, from, stored);
                    if (length != stored) {
                        throw frame.corrupt(stream, "the zstd frame has " + length + " bytes of " + stored);
                    }
                    int written = zstd.decompressByteArray(target, at, raw, frame.bytes, from, stored);
                    if (written != raw) {
                        throw frame.corrupt(stream, "the zstd frame gave " + written + " bytes, not " + raw);
                    }
                } catch (ZstdException e) {
                    throw frame.corrupt(stream, "not a zstd frame: " + e.getMessage());
                }
            }
            case Bams3Format.CODEC_RANS -> rans.decode(frame, stream, target, at);
            default ->
                throw Bams3Format.unsupported(
                        frame.object, "stream " + frame.ids[stream], "stream codec " + frame.codecs[stream]);
        }
    }

    /** Says CORRUPT when a stream has bytes that nothing read. */
    void expectEnds() {
        for (int i = 0; i < count; i++) {
            StreamCursor cursor = byId[opened[i]];
            if (cursor.remaining() != 0) {
                throw cursor.malformed(cursor.remaining() + " bytes too many");
            }
        }
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        return scratch.length + rans.heldBytes();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
