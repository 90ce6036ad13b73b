package dev.bams3.query;

import dev.bams3.encode.OutputBuffer;
import dev.bams3.format.block.BlockDecoder;
import java.util.ArrayDeque;

/**
 * The memory that a thread needs to decode and encode a block, kept for the next block. There are never more than were in use
 * at once: one for each thread of the pool that decodes.
 */
final class ScratchPool implements AutoCloseable {
    private final ArrayDeque<Scratch> free = new ArrayDeque<>();
    private final long maxHeldBytes;
    private long heldBytes;
    private boolean closed;

    /** @param maxHeldBytes of what is not in use: each is as large as the largest block that it had */
    ScratchPool(long maxHeldBytes) {
        this.maxHeldBytes = maxHeldBytes;
    }

    /** The memory of one thread. */
    record Scratch(BlockDecoder decoder, OutputBuffer encoded) {
        private long heldBytes() {
            return decoder.heldBytes() + encoded.heldBytes();
        }
    }

    Scratch borrow() {
        synchronized (this) {
            if (!free.isEmpty()) {
                Scratch scratch = free.pop();
                heldBytes -= scratch.heldBytes();
                return scratch;
            }
        }
        return new Scratch(new BlockDecoder(), new OutputBuffer());
    }

    void giveBack(Scratch scratch) {
        synchronized (this) {
            if (!closed && heldBytes + scratch.heldBytes() <= maxHeldBytes) {
                heldBytes += scratch.heldBytes();
                free.push(scratch);
                return;
            }
        }
        scratch.decoder().close();
    }

    /** Closes the free ones; those in use are closed when they come back. */
    @Override
    public synchronized void close() {
        closed = true;
        while (!free.isEmpty()) {
            free.pop().decoder().close();
        }
    }
}
