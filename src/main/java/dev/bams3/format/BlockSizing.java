package dev.bams3.format;

/**
 * Where a writer ends a block and a chunk. Readers depend on none of these numbers.
 *
 * @param blockBytes bytes of BAM records at which a block is full, 1 or more
 * @param blockRecords records it should have before it is full (long reads), 1 or more
 * @param maxBlockBytes bytes at which it is full whatever its records, at most 64 MiB; one record may be larger
 * @param chunkBytes bytes of BAM records at which a chunk is full, if it has enough stored ones
 * @param chunkStored stored bytes of blocks that a chunk should have before it is full, 0 or more
 */
public record BlockSizing(int blockBytes, int blockRecords, int maxBlockBytes, long chunkBytes, long chunkStored) {
    public static final BlockSizing DEFAULT = new BlockSizing(512 << 10, 64, 4 << 20, 64L << 20, 32L << 20);

    /** A sizing whose chunks end by their records alone. */
    public BlockSizing(int blockBytes, int blockRecords, int maxBlockBytes, long chunkBytes) {
        this(blockBytes, blockRecords, maxBlockBytes, chunkBytes, 0);
    }

    public BlockSizing {
        if (blockBytes < 1
                || blockRecords < 1
                || maxBlockBytes < blockBytes
                || maxBlockBytes > Bams3Format.MAX_RAW_BLOCK_OF_SEVERAL
                || chunkBytes < 1
                || chunkStored < 0) {
            throw new IllegalArgumentException("not a block sizing: " + blockBytes + ", " + blockRecords + ", "
                    + maxBlockBytes + ", " + chunkBytes);
        }
    }

    /** Whether a block of these records, one or more, ends before a next record of {@code nextBytes}. */
    public boolean endsBlock(long bytes, int records, int nextBytes) {
        return (bytes >= blockBytes && records >= blockRecords) || bytes + nextBytes > maxBlockBytes;
    }

    /** Whether a chunk of blocks with these bytes of records, and these stored ones, ends before the next block. */
    public boolean endsChunk(long bytes, long stored) {
        return bytes >= chunkBytes && stored >= chunkStored;
    }
}
