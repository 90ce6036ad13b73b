package dev.bams3.fetch;

/**
 * The stored blocks of a plan, in plan order. Used by one thread, which pulls. Closing cancels and joins what is in flight
 * and gives everything back but the blocks that were handed on.
 */
public interface StoredBlocks extends AutoCloseable {
    /** Whether blocks are left to hand on. */
    boolean hasNext();

    /** Whether the next block is here, so that {@link #next} will not wait. */
    boolean isReady();

    /**
     * The next block; waits for it. The receiver closes it.
     *
     * @throws dev.bams3.error.ReadsException CORRUPT for an object that is missing or too short, CANCELLED when interrupted,
     *     OVERLOADED when there is no turn or memory, else the store's own; this is then good only for closing
     */
    FetchedBlock next();

    /** Bytes of the GETs started so far. */
    long bytesFetched();

    /** GETs started so far. */
    int gets();

    @Override
    void close();
}
