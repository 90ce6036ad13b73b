package dev.bams3.format.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.ZstdWindow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one block after the other, verified and unpacked into one scratch array: all at once, or each when it is
 * first opened.
 */
final class BlockStreams implements AutoCloseable {
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private final RansDecoder rans = new RansDecoder();
    private final StreamCursor[] byId = new StreamCursor[StreamIds.TAG_FIELD + StreamIds.MAX_TAG_FIELDS];
    private int[] opened = new int[0];
    private int count;
    private byte[] scratch = new byte[0];
    /** Where each stream of the frame lies in the scratch array, or is going to. */
    private int[] places = new int[0];
    /** Streams of {@link #frame} that are not unpacked yet. */
    private boolean[] waiting = new boolean[0];

    /** Null where all its streams are unpacked. */
    private @Nullable BlockFrame frame;

    /** Verifies and unpacks all streams; what {@link #open} returned before is void. */
    void load(BlockFrame whole) {
        begin(whole);
        for (int i = 0; i < whole.count; i++) {
            if (waiting[i]) {
                unpackWaiting(whole, i);
            }
        }
        frame = null;
    }

    /**
     * Makes streams ready to be unpacked when they are opened; what {@link #open} returned before is void. {@link
     * #verifyOthers} has to follow.
     */
    void begin(BlockFrame newFrame) {
        for (int i = 0; i < count; i++) {
            byId[opened[i]].reset(opened[i], scratch, 0, 0, StreamIds.PLAIN);
        }
        count = 0;
        if (scratch.length < newFrame.totalRaw) {
            scratch = new byte[(int) Math.min(Integer.MAX_VALUE - 16, newFrame.totalRaw * 5L / 4)];
        }
        if (opened.length < newFrame.count) {
            opened = new int[newFrame.count];
            places = new int[newFrame.count];
            waiting = new boolean[newFrame.count];
        }
        int at = 0;
        for (int i = 0; i < newFrame.count; i++) {
            int id = newFrame.ids[i];
            waiting[i] = id < StreamIds.OPTIONAL;
            places[i] = at;
            at += newFrame.rawLengths[i];
            if (waiting[i] && !StreamIds.isKnown(id)) {
                throw Bams3Format.unsupported(newFrame.object, "stream " + id, "stream " + id);
            }
        }
        frame = newFrame;
    }

    private void unpackWaiting(BlockFrame of, int stream) {
        int id = of.ids[stream];
        int at = places[stream];
        unpack(of, stream, scratch, at);
        waiting[stream] = false;
        existing(id).reset(id, scratch, at, at + of.rawLengths[stream], of.transforms[stream]);
        opened[count++] = id;
    }

    /** Verifies the streams that were not opened. */
    void verifyOthers() {
        BlockFrame of = frame;
        for (int i = 0; of != null && i < of.count; i++) {
            if (waiting[i]) {
                of.verify(i);
            }
        }
    }

    private StreamCursor cursor(int id) {
        BlockFrame of = frame;
        if (of != null) {
            int stream = Arrays.binarySearch(of.ids, id);
            if (stream >= 0 && waiting[stream]) {
                unpackWaiting(of, stream);
            }
        }
        return existing(id);
    }

    private StreamCursor existing(int id) {
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

    /** Returns the stream of this id, for which only the plain form is defined. */
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
