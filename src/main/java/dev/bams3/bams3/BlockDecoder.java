package dev.bams3.bams3;

import dev.bams3.error.ReadsException;

/**
 * Stored bytes of one block to the BAM records they came from. Holds native decompressors and scratch buffers: one per
 * thread at a time, reused for any number of blocks, closed by its owner.
 */
public final class BlockDecoder implements AutoCloseable {
    private final BlockStreams streams = new BlockStreams();
    private final ColumnDecoder columns = new ColumnDecoder();

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
        byte[] records;
        try {
            records = records(frame, entry);
        } catch (ReadsException e) {
            throw e.resource().filter(name -> !name.isEmpty()).isPresent() ? e : e.in(object);
        } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
            // Every read is inside an array and every array bounded, so this can only be a block that contradicts
            // itself.
            throw ReadsException.corrupt(
                    object, entry.offset(), "block", "contradicts itself although every checksum agrees: " + e);
        }
        if (ByteCursor.crc32c(records, 0, records.length) != entry.crc32c()) {
            throw ReadsException.corrupt(
                    object, entry.offset(), "block checksum", "the records are not those that were written");
        }
        return records;
    }

    private byte[] records(BlockFrame frame, BlockEntry entry) {
        int stream = frame.find(StreamIds.RECORDS);
        if (stream < 0) {
            streams.load(frame);
            byte[] records = new byte[entry.rawLength()];
            columns.decode(streams, entry.records(), frame.reference, records);
            return records;
        }
        if (frame.rawLengths[stream] != entry.rawLength() || frame.count != 1) {
            throw frame.corrupt(stream, frame.rawLengths[stream] + " bytes, not " + entry.rawLength());
        }
        byte[] records = new byte[entry.rawLength()];
        streams.unpack(frame, stream, records, 0);
        return records;
    }

    @Override
    public void close() {
        streams.close();
    }
}
