package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of memory that a process may hold at the same time. A request that holds none may block for its first bytes ({@link
 * #acquire}); one that already holds some only tries ({@link #tryAcquire}) and otherwise reads ahead less. No request
 * therefore blocks while it holds bytes, and requests cannot deadlock. First come, first served. A reserve, if there is one, is
 * out of reach of {@link #tryAcquire}, so that read-ahead cannot keep new requests out. Some bytes may be set aside for small
 * requests ({@link #acquireSmall}), which then do not queue behind large ones whose clients are stalled. The {@link WaitingRoom}
 * bounds how many wait and for how long.
 */
public final class ByteBudget {
    private static final int UNIT = 1024;

    private final Semaphore shared;
    /** No permits where nothing is set aside. */
    private final Semaphore forSmall;

    private final int total;
    private final int totalForSmall;
    private final int reserve;
    private final WaitingRoom room;

    /** @param bytes 1 KiB to 2 TiB */
    public ByteBudget(long bytes) {
        this(bytes, 0, 0, WaitingRoom.unbounded());
    }

    /**
     * @param bytes 1 KiB to 2 TiB
     * @param reserve bytes of these that {@link #tryAcquire} does not give out
     * @param forSmall bytes of these that only {@link #acquireSmall} gives out; 0 or 1 KiB and more
     * @param room where is waited
     */
    public ByteBudget(long bytes, long reserve, long forSmall, WaitingRoom room) {
        this.room = room;
        total = Math.toIntExact(Math.max(1, bytes / UNIT));
        totalForSmall = Math.toIntExact(forSmall / UNIT);
        this.reserve = Math.toIntExact(reserve / UNIT);
        shared = new Semaphore(total - totalForSmall, true);
        this.forSmall = new Semaphore(totalForSmall, true);
    }

    /**
     * Waits until the bytes are free; a demand over the whole budget takes the whole budget, but for what is set aside.
     *
     * @throws ReadsException OVERLOADED when too many wait or they did not become free in time, CANCELLED when interrupted
     */
    public Lease acquire(long bytes) {
        int wanted = unitsOf(bytes, total - totalForSmall);
        room.acquire(shared, wanted, "free memory");
        return new Lease(shared, wanted);
    }

    /**
     * The same for a request whose answer is small enough that the buffers of its connection take it, more or less: where others
     * have all, or wait for it, this takes of what is set aside.
     */
    public Lease acquireSmall(long bytes) {
        int wanted = unitsOf(bytes, total - totalForSmall);
        if (totalForSmall == 0) {
            return acquire(bytes);
        }
        if (!shared.hasQueuedThreads() && shared.tryAcquire(wanted)) {
            return new Lease(shared, wanted);
        }
        wanted = unitsOf(bytes, totalForSmall);
        room.acquire(forSmall, wanted, "free memory");
        return new Lease(forSmall, wanted);
    }

    /**
     * Waits until all of the bytes are free, for something that is of no use in part.
     *
     * @param resource what needs them, for messages
     * @param what the part of the resource, for messages
     * @throws ReadsException TOO_LARGE for more than the whole budget, OVERLOADED when they did not become free in time; both
     *     name the resource and the size
     */
    public Lease charge(String resource, String what, long bytes) {
        if (bytes > bytesTotal()) {
            throw tooLarge(resource, what, bytes);
        }
        try {
            return acquire(bytes);
        } catch (ReadsException e) {
            throw e.kind() == ErrorKind.OVERLOADED
                    ? ReadsException.about(
                            ErrorKind.OVERLOADED, resource, what + " needs " + megabytes(bytes) + "; " + e.text(), e)
                    : e;
        }
    }

    private ReadsException tooLarge(String resource, String what, long bytes) {
        return ReadsException.about(
                ErrorKind.TOO_LARGE,
                resource,
                what + " needs " + megabytes(bytes) + " of memory, and this process has " + megabytes(bytesTotal())
                        + " for such things; give it a larger heap (-Xmx, or a container with more memory)");
    }

    private static String megabytes(long bytes) {
        return ((bytes >> 20) + 1) + " MB";
    }

    /** Returns the bytes if they are free now, the reserve aside, and no request waits for them, else null. */
    public @Nullable Lease tryAcquire(long bytes) {
        int wanted = unitsOf(bytes, total - totalForSmall);
        if (shared.hasQueuedThreads() || !shared.tryAcquire(wanted)) {
            return null;
        }
        if (shared.availablePermits() < reserve) {
            shared.release(wanted);
            return null;
        }
        return new Lease(shared, wanted);
    }

    public long bytesFree() {
        return (long) (shared.availablePermits() + forSmall.availablePermits()) * UNIT;
    }

    public long bytesTotal() {
        return (long) total * UNIT;
    }

    private static int unitsOf(long bytes, int most) {
        return (int) Math.min(most, (bytes + UNIT - 1) / UNIT);
    }

    /** Bytes held. Closing gives them back; a second close does nothing. Growing is for one thread, before any other closes it. */
    public final class Lease implements AutoCloseable {
        private final Semaphore from;
        private final AtomicInteger held;

        private Lease(Semaphore from, int held) {
            this.from = from;
            this.held = new AtomicInteger(held);
        }

        /** Gives back what is held beyond these bytes. */
        public void shrinkTo(long bytes) {
            int kept = unitsOf(bytes, total);
            int before = held.getAndUpdate(units -> Math.min(units, kept));
            if (before > kept) {
                from.release(before - kept);
            }
        }

        /**
         * Charges more bytes, now or not at all: waiting while holding could block others that do the same.
         *
         * @param resource what needs them, for messages
         * @param what the part of the resource, for messages
         * @throws ReadsException TOO_LARGE for more than the whole budget, OVERLOADED when they are not free now
         */
        public void growTo(String resource, String what, long bytes) {
            if (bytes > bytesTotal()) {
                throw tooLarge(resource, what, bytes);
            }
            int more = unitsOf(bytes, total) - held.get();
            if (more <= 0) {
                return;
            }
            if (!from.tryAcquire(more)) {
                throw ReadsException.about(
                        ErrorKind.OVERLOADED,
                        resource,
                        what + " needs " + megabytes(bytes) + ", which are not free now; ask again");
            }
            held.addAndGet(more);
        }

        @Override
        public void close() {
            from.release(held.getAndSet(0));
        }
    }
}
