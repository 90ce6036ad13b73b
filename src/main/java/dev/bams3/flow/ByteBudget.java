package dev.bams3.flow;

import dev.bams3.error.ReadsException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of buffers that a process may hold at once. Who holds nothing may wait for its first bytes ({@link #acquire}); who
 * already holds some only asks ({@link #tryAcquire}) and goes on with less read-ahead when the answer is no. Nobody
 * therefore waits while holding, and no set of requests can block each other. First come, first served. A reserve, if there
 * is one, is kept from those who only ask, so that read-ahead cannot keep newcomers out. Where many holders stand still
 * (stalled clients), the {@link WaitingRoom} tells a newcomer so instead of letting it hang with them.
 */
public final class ByteBudget {
    private static final int UNIT = 1024;

    private final Semaphore units;
    private final int total;
    private final int reserve;
    private final WaitingRoom room;

    /** @param bytes 1 KiB to 2 TiB */
    public ByteBudget(long bytes) {
        this(bytes, 0);
    }

    /**
     * @param bytes 1 KiB to 2 TiB
     * @param reserve bytes of these that only {@link #acquire} gives out
     */
    public ByteBudget(long bytes, long reserve) {
        this(bytes, reserve, WaitingRoom.unbounded());
    }

    /** @param room where {@link #acquire} waits */
    public ByteBudget(long bytes, long reserve, WaitingRoom room) {
        this.room = room;
        total = Math.toIntExact(Math.max(1, bytes / UNIT));
        this.reserve = Math.toIntExact(reserve / UNIT);
        units = new Semaphore(total, true);
    }

    /**
     * Waits until the bytes are free; a demand over the whole budget takes the whole budget.
     *
     * @throws ReadsException OVERLOADED when too many wait or they did not become free in time, CANCELLED when interrupted
     */
    public Lease acquire(long bytes) {
        int wanted = unitsOf(bytes);
        room.acquire(units, wanted, "memory");
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
