package dev.bams3.query;

import dev.bams3.format.block.BlockDecoder;
import java.util.ArrayDeque;

/**
 * Block decoders that are not in use. There are never more than were in use at once: one for each thread of the pool that
 * decodes.
 */
final class DecoderPool implements AutoCloseable {
    private final ArrayDeque<BlockDecoder> free = new ArrayDeque<>();
    private final long maxHeldBytes;
    private long heldBytes;
    private boolean closed;

    /** @param maxHeldBytes of buffers of decoders that are not in use: they are as large as the largest block that each had */
    DecoderPool(long maxHeldBytes) {
        this.maxHeldBytes = maxHeldBytes;
    }

    BlockDecoder borrow() {
        synchronized (this) {
            if (!free.isEmpty()) {
                BlockDecoder decoder = free.pop();
                heldBytes -= decoder.heldBytes();
                return decoder;
            }
        }
        return new BlockDecoder();
    }

    void giveBack(BlockDecoder decoder) {
        synchronized (this) {
            if (!closed && heldBytes + decoder.heldBytes() <= maxHeldBytes) {
                heldBytes += decoder.heldBytes();
                free.push(decoder);
                return;
            }
        }
        decoder.close();
    }

    /** Closes the free ones; those in use are closed when they come back. */
    @Override
    public synchronized void close() {
        closed = true;
        while (!free.isEmpty()) {
            free.pop().close();
        }
    }
}
