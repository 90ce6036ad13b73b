package dev.bams3.flow;

/**
 * Shares of the heap for things of which a stored size decides how large they become in memory. A size over its share is
 * refused before anything is allocated, so that no dataset and no source can end the process; shares that several requests
 * draw from at the same time are budgets ({@link #decoding()}). All follow from the size of the heap.
 *
 * @param heap bytes
 */
public record MemoryLimits(long heap) {
    private static final int DECODING_SHARE = 8;
    private static final int BLOCK_SHARE = 32;

    /** Those of this process, whose heap is {@code -Xmx} or a share of its container's memory. */
    public static MemoryLimits ofProcess() {
        return new MemoryLimits(Runtime.getRuntime().maxMemory());
    }

    /**
     * Returns a budget for metadata, headers and sections of an index while they are read and decoded: an eighth of the heap for
     * all together, and for one of them.
     */
    public ByteBudget decoding() {
        return new ByteBudget(heap / DECODING_SHARE);
    }

    /**
     * Returns the most bytes of records in one block, and of one record, in memory: a thirty-second of the heap. Decoding and
     * encoding a block take several times its size.
     */
    public int block() {
        return (int) Math.min(Integer.MAX_VALUE - 64, heap / BLOCK_SHARE);
    }
}
