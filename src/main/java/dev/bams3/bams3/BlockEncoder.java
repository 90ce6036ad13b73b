package dev.bams3.bams3;

/**
 * BAM records to the stored bytes of one block. Holds native compressors and scratch buffers: one per thread at a time,
 * reused for any number of blocks, closed by its owner.
 */
public final class BlockEncoder implements AutoCloseable {
    /**
     * Encodes whole, checked BAM records of one reference.
     *
     * @param records array holding them, back to back
     * @param offset where the first begins
     * @param length bytes of all of them
     * @return the stored block, in a new array of exactly its length
     */
    public byte[] encode(byte[] records, int offset, int length) {
        throw new UnsupportedOperationException("owner: bams3");
    }

    @Override
    public void close() {}
}
