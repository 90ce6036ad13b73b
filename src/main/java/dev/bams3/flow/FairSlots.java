package dev.bams3.flow;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Things that a process may do at once, shared fairly by its requests: one that does none of them waits its turn ({@link
 * #acquire}), one that already does some only asks ({@link #tryAcquire}) and is refused while anybody waits. Each request
 * therefore stands in the queue at most once, so that a small one waits for one slot per request before it, however much
 * those would like to do.
 */
public final class FairSlots {
    private final Semaphore slots;
    private final int total;
    private final WaitingRoom room;

    /** @param slots 1 or more */
    public FairSlots(int slots) {
        this(slots, WaitingRoom.unbounded());
    }

    /** @param room where {@link #acquire} waits */
    public FairSlots(int slots, WaitingRoom room) {
        if (slots < 1) {
            throw new IllegalArgumentException("not a number of slots: " + slots);
        }
        this.slots = new Semaphore(slots, true);
        total = slots;
        this.room = room;
    }

    /**
     * Waits for a slot, first come, first served.
     *
     * @throws dev.bams3.error.ReadsException OVERLOADED when too many wait or none became free in time, CANCELLED when
     *     interrupted
     */
    public Slot acquire() {
        room.acquire(slots, 1, "a turn at the store");
        return new Slot();
    }

    /** Returns a slot if one is free and no request waits, else null. */
    public @Nullable Slot tryAcquire() {
        return !slots.hasQueuedThreads() && slots.tryAcquire() ? new Slot() : null;
    }

    public int taken() {
        return total - slots.availablePermits();
    }

    public int waiting() {
        return slots.getQueueLength();
    }

    /** A slot held. Closing gives it back; a second close does nothing. */
    public final class Slot implements AutoCloseable {
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Slot() {}

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                slots.release();
            }
        }
    }
}
