package dev.bams3.bams3;

/**
 * Stored bytes of one block to the BAM records they came from. Holds native decompressors and scratch buffers: one per
 * thread at a time, reused for any number of blocks, closed by its owner.
 */
public final class BlockDecoder implements AutoCloseable {
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
        throw new UnsupportedOperationException("owner: bams3");
    }

    @Override
    public void close() {}
}
