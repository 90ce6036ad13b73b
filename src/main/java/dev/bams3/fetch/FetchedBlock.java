package dev.bams3.fetch;

import dev.bams3.plan.PlannedBlock;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One block's stored bytes, as a stretch of the array that its GET filled. The bytes stay charged to the budget until the
 * block is closed, by any thread; it has to be closed without waiting for the stream that it came from.
 */
public final class FetchedBlock implements AutoCloseable {
    private final PlannedBlock block;
    private final String object;
    private final byte[] buffer;
    private final int offset;
    private final Piece piece;
    private final AtomicBoolean open = new AtomicBoolean(true);

    FetchedBlock(PlannedBlock block, String object, byte[] buffer, int offset, Piece piece) {
        this.block = block;
        this.object = object;
        this.buffer = buffer;
        this.offset = offset;
        this.piece = piece;
    }

    public PlannedBlock block() {
        return block;
    }

    /** Name of the chunk object, for messages. */
    public String object() {
        return object;
    }

    /** Array that holds the stored block, among others; not to be changed. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where the block begins in {@link #buffer}. */
    public int offset() {
        return offset;
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            piece.release(1);
        }
    }
}
