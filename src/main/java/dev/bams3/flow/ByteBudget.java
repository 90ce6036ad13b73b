package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.concurrent.Semaphore;

/**
 * Bytes of buffers that a process may hold at once. Who holds nothing may wait for its first bytes ({@link #acquire}); who
 * already holds some only asks ({@link #tryAcquire}) and goes on with less read-ahead when the answer is no. Nobody
 * therefore waits while holding, and no set of requests can block each other. First come, first served.
 */
public final class ByteBudget {
    private static final int UNIT = 1024;

    private final Semaphore units;
    private final int total;

    /** @param bytes 1 KiB to 2 TiB */
    public ByteBudget(long bytes) {
        total = Math.toIntExact(Math.max(1, bytes / UNIT));
        units = new Semaphore(total, true);
    }

    /** Waits until the bytes are free; a demand over the whole budget takes the whole budget. */
    public Lease acquire(long bytes) {
        int wanted = unitsOf(bytes);
        try {
            units.acquire(wanted);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "interrupted while waiting for memory", e);
        }
        return new Lease(wanted);
    }

    /** The bytes if they are free now and nobody waits for them, else null. */
    public @org.jspecify.annotations.Nullable Lease tryAcquire(long bytes) {
        int wanted = unitsOf(bytes);
        return !units.hasQueuedThreads() && units.tryAcquire(wanted) ? new Lease(wanted) : null;
    }

    public long bytesFree() {
        return (long) units.availablePermits() * UNIT;
    }

    private int unitsOf(long bytes) {
        return (int) Math.min(total, (bytes + UNIT - 1) / UNIT);
    }

    /** Bytes held. Closing gives them back; a second close does nothing. */
    public final class Lease implements AutoCloseable {
        private final int held;
        private final java.util.concurrent.atomic.AtomicBoolean open =
                new java.util.concurrent.atomic.AtomicBoolean(true);

        private Lease(int held) {
            this.held = held;
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                units.release(held);
            }
        }
    }
}
