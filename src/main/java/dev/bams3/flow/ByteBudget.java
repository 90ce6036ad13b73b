package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of buffers that a process may hold at once. Who holds nothing may wait for its first bytes ({@link #acquire}); who
 * already holds some only asks ({@link #tryAcquire}) and goes on with less read-ahead when the answer is no. Nobody
 * therefore waits while holding, and no set of requests can block each other. First come, first served. A reserve, if there
 * is one, is kept from those who only ask, so that read-ahead cannot keep newcomers out. Waiting has an end: where many
 * holders stand still (stalled clients), a newcomer is told so after {@code patience} instead of hanging with them.
 */
public final class ByteBudget {
    private static final int UNIT = 1024;

    /** Half of the 60 s of silence after which htslib gives a transfer up. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Semaphore units;
    private final int total;
    private final int reserve;
    private final Duration patience;

    /** @param bytes 1 KiB to 2 TiB */
    public ByteBudget(long bytes) {
        this(bytes, 0);
    }

    /**
     * @param bytes 1 KiB to 2 TiB
     * @param reserve bytes of these that only {@link #acquire} gives out
     */
    public ByteBudget(long bytes, long reserve) {
        this(bytes, reserve, PATIENCE);
    }

    /** @param patience longest wait for bytes */
    ByteBudget(long bytes, long reserve, Duration patience) {
        this.patience = patience;
        total = Math.toIntExact(Math.max(1, bytes / UNIT));
        this.reserve = Math.toIntExact(reserve / UNIT);
        units = new Semaphore(total, true);
    }

    /**
     * Waits until the bytes are free; a demand over the whole budget takes the whole budget.
     *
     * @throws ReadsException OVERLOADED when they did not become free in time, CANCELLED when interrupted
     */
    public Lease acquire(long bytes) {
        int wanted = unitsOf(bytes);
        try {
            if (!units.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw ReadsException.of(
                        ErrorKind.OVERLOADED,
                        "no memory became free for this request in " + patience.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "interrupted while waiting for memory", e);
        }
        return new Lease(wanted);
    }

    /** The bytes if they are free now, the reserve aside, and nobody waits for them, else null. */
    public @Nullable Lease tryAcquire(long bytes) {
        int wanted = unitsOf(bytes);
        if (units.hasQueuedThreads() || !units.tryAcquire(wanted)) {
            return null;
        }
        if (units.availablePermits() < reserve) {
            units.release(wanted);
            return null;
        }
        return new Lease(wanted);
    }

    public long bytesFree() {
        return (long) units.availablePermits() * UNIT;
    }

    public long bytesTotal() {
        return (long) total * UNIT;
    }

    private int unitsOf(long bytes) {
        return (int) Math.min(total, (bytes + UNIT - 1) / UNIT);
    }

    /** Bytes held. Closing gives them back; a second close does nothing. */
    public final class Lease implements AutoCloseable {
        private final AtomicInteger held;

        private Lease(int held) {
            this.held = new AtomicInteger(held);
        }

        /** Gives back what is held beyond these bytes. */
        public void shrinkTo(long bytes) {
            int kept = unitsOf(bytes);
            int before = held.getAndUpdate(units -> Math.min(units, kept));
            if (before > kept) {
                units.release(before - kept);
            }
        }

        @Override
        public void close() {
            units.release(held.getAndSet(0));
        }
    }
}
