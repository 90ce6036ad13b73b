package dev.bams3.bams3;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.bams3.error.ReadsException;

/**
 * Stored bytes of one block to the BAM records they came from. Holds native decompressors and scratch buffers: one per
 * thread at a time, reused for any number of blocks, closed by its owner.
 */
public final class BlockDecoder implements AutoCloseable {
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();

    /**
     * Rebuilds and verifies the records of a block: every stream's checksum, every length, the record count and the CRC of
     * the result agree with the entry, or nothing is returned.
     *
     * @param object name of the chunk object, for messages
     * @param stored array holding the block
     * @param offset where it begins in the array
     * @param entry what the index says of it
     * @return exactly {@code entry.rawLength()} bytes of BAM records, in a new array
     * @throws dev.bams3.error.ReadsException CORRUPT or UNSUPPORTED_VERSION, naming object, offset and field
     */
    public byte[] decode(String object, byte[] stored, int offset, BlockEntry entry) {
        BlockFrame frame = new BlockFrame(object, stored, offset, entry);
        int stream = frame.find(StreamIds.RECORDS);
        if (stream < 0) {
            throw BlockFrame.unsupported(object, "a block without stream 0");
        }
        if (frame.rawLengths[stream] != entry.rawLength()) {
            throw frame.corrupt(stream, frame.rawLengths[stream] + " bytes, not " + entry.rawLength());
        }
        byte[] records = new byte[entry.rawLength()];
        unpack(frame, stream, records, 0);
        if (ByteCursor.crc32c(records, 0, records.length) != entry.crc32c()) {
            throw ReadsException.corrupt(
                    object, entry.offset(), "block checksum", "the records are not those that were written");
        }
        return records;
    }

    /** Verifies a stream and writes its raw bytes. */
    private void unpack(BlockFrame frame, int stream, byte[] target, int at) {
        frame.verify(stream);
        int raw = frame.rawLengths[stream];
        int stored = frame.storedLengths[stream];
        switch (frame.codecs[stream]) {
            case Bams3Format.CODEC_STORED -> {
                if (raw != stored) {
                    throw frame.corrupt(stream, raw + " raw bytes, " + stored + " stored as they are");
                }
                System.arraycopy(frame.bytes, frame.offsets[stream], target, at, raw);
            }
            case Bams3Format.CODEC_ZSTD -> {
                long declared = Zstd.getFrameContentSize(frame.bytes, frame.offsets[stream], stored);
                if (declared != raw) {
                    throw frame.corrupt(stream, "the zstd frame holds " + declared + " bytes, not " + raw);
                }
                try {
                    int written = zstd.decompressByteArray(target, at, raw, frame.bytes, frame.offsets[stream], stored);
                    if (written != raw) {
                        throw frame.corrupt(stream, "the zstd frame gave " + written + " bytes, not " + raw);
                    }
                } catch (ZstdException e) {
                    throw frame.corrupt(stream, "not a zstd frame: " + e.getMessage());
                }
            }
            default -> throw BlockFrame.unsupported(frame.object, "stream codec " + frame.codecs[stream]);
        }
    }

    @Override
    public void close() {
        zstd.close();
    }
}
