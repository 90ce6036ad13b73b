package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded queue in which requests wait, for a limited time, for memory or for a turn. A request that finds no place, or
 * waited too long, fails as OVERLOADED: under more load than the process can carry, callers get a quick refusal instead of an
 * endless queue.
 */
public final class WaitingRoom {
    /** Half of the 60 s of silence after which htslib gives a transfer up. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final int places;
    private final Duration patience;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();

    /** @param places requests that may wait at one time, 0 or more */
    public WaitingRoom(int places) {
        this(places, PATIENCE);
    }

    /** @param patience longest wait */
    WaitingRoom(int places, Duration patience) {
        this.places = places;
        this.patience = patience;
    }

    /** Creates a queue for processes with one user. */
    public static WaitingRoom unbounded() {
        return new WaitingRoom(Integer.MAX_VALUE);
    }

    /**
     * Takes permits of a fair semaphore, in turn.
     *
     * @param what is waited for, for the message
     * @throws ReadsException OVERLOADED when there is no place or the permits did not become free in time, CANCELLED when
     *     interrupted
     */
    void acquire(Semaphore permits, int wanted, String what) {
        try {
            // With a time, unlike without, those who came before come first.
            if (permits.tryAcquire(wanted, 0, TimeUnit.NANOSECONDS)) {
                return;
            }
            if (waiting.incrementAndGet() > places) {
                waiting.decrementAndGet();
                throw overloaded(places + " requests wait already");
            }
            try {
                if (!permits.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw overloaded(what + " did not become free for this request in " + patience.toSeconds() + " s");
                }
            } finally {
                waiting.decrementAndGet();
            }
        } catch (InterruptedException e) {
            throw ReadsException.interrupted(what, e);
        }
    }

    private ReadsException overloaded(String message) {
        refused.incrementAndGet();
        return ReadsException.of(ErrorKind.OVERLOADED, message);
    }

    /** Requests that wait now. */
    public int waiting() {
        return waiting.get();
    }

    /** Returns the number of requests that failed as OVERLOADED so far. */
    public long refused() {
        return refused.get();
    }
}
