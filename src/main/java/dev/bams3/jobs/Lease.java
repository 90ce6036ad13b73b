package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of this process on a job that it has claimed. A thread renews it by heartbeats, each a new revision of the job's
 * document, until it is closed. It is lost when another worker has the job, or when it could not be renewed for the lease's
 * time less one heartbeat. Until then no other worker may take the job, whatever the clocks say: the others count from the
 * last revision they saw, which is written before this process starts to count.
 */
final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** What the holder of a lease must do. */
    enum State {
        /** Go on. */
        HELD,
        /** Give the job up for good. */
        CANCELLED,
        /** Give the job back, because this process ends. */
        STOPPING,
        /** Write nothing more: another worker has the job, or may have it. */
        LOST
    }

    private final JobDocuments documents;
    private final JobSettings settings;
    private final JobSignal signal;
    private final Clock clock;
    private final Supplier<Optional<JobProgress>> progress;
    private final Consumer<State> whenOver;
    private final Thread heart;

    /** Held while a revision is written, so that two threads do not follow the same one. */
    private final ReentrantLock writing = new ReentrantLock();

    // All guarded by this, which is never held while the store is asked.
    private Job job;
    private long confirmed = System.nanoTime();
    private State state = State.HELD;
    private boolean closed;

    /**
     * @param claimed the job, as this process has just claimed it
     * @param progress what a heartbeat reports
     * @param whenOver called once the lease is not held any more, perhaps twice: cancelled, then lost
     */
    Lease(
            Job claimed,
            JobDocuments documents,
            JobSettings settings,
            JobSignal signal,
            Clock clock,
            Supplier<Optional<JobProgress>> progress,
            Consumer<State> whenOver) {
        job = claimed;
        this.documents = documents;
        this.settings = settings;
        this.signal = signal;
        this.clock = clock;
        this.progress = progress;
        this.whenOver = whenOver;
        heart = Thread.ofVirtual().name("job-heart-" + claimed.id()).unstarted(this::beat);
    }

    /** Starts the heartbeat. */
    void start() {
        heart.start();
    }

    /** The job in its newest revision known here. */
    synchronized Job job() {
        return job;
    }

    synchronized State state() {
        return state;
    }

    /** Marks that this process ends. */
    void stop() {
        end(State.STOPPING);
    }

    private void beat() {
        try {
            long seen = signal.changes();
            long next = System.nanoTime() + settings.heartbeat().toNanos();
            while (!isClosed()) {
                long left = next - System.nanoTime();
                if (left > 0 && !isOvertaken()) {
                    seen = signal.await(seen, Duration.ofNanos(left));
                } else {
                    renew();
                    next = System.nanoTime() + settings.heartbeat().toNanos();
                }
            }
        } catch (InterruptedException e) {
            // The attempt has ended.
        }
    }

    /** Whether this process has written a newer revision, such as a request to cancel. */
    private boolean isOvertaken() {
        Job own = job();
        return documents.lastRevision(own.id()) > own.revision();
    }

    /** Writes a heartbeat, which finds out the state of the lease; returns what failed where it could not be found out. */
    @Nullable
    ReadsException renew() {
        writing.lock();
        try {
            long asked = System.nanoTime();
            try {
                Job next = job().alive(progress.get(), clock.instant());
                documents.write(next);
                confirm(next, asked);
                return null;
            } catch (ReadsException e) {
                if (e.kind() == ErrorKind.CANCELLED) {
                    return e;
                }
                return e.kind() == ErrorKind.CHANGED ? followUp(asked) : doubt(e, asked);
            }
        } finally {
            writing.unlock();
        }
    }

    /** Another process wrote a revision: a request to cancel, or another worker that took the job. */
    private @Nullable ReadsException followUp(long asked) {
        try {
            if (!reread(asked)) {
                LOG.warn("conversion {} is another worker's by now", job().id());
                end(State.LOST);
            } else if (job().state() == JobState.CANCELLING) {
                end(State.CANCELLED);
            }
            return null;
        } catch (ReadsException e) {
            return doubt(e, asked);
        }
    }

    private ReadsException doubt(ReadsException failure, long asked) {
        if (failure.kind() != ErrorKind.CANCELLED) {
            LOG.warn("heartbeat of conversion {}: {}", job().id(), failure.getMessage());
            if (!isWithinLease(asked)) {
                end(State.LOST);
            }
        }
        return failure;
    }

    /** Writes this revision of the job and holds on to it. */
    void write(Job next) {
        long asked = System.nanoTime();
        documents.write(next);
        confirm(next, asked);
    }

    /** After a failed write: whether the job is still this worker's, as far as that can be found out in the lease's time. */
    boolean stillHolds(ReadsException failure) {
        long asked = System.nanoTime();
        try {
            // False also where our own write was done after all.
            return reread(asked);
        } catch (ReadsException e) {
            failure.addSuppressed(e);
            return isWithinLease(asked);
        }
    }

    private boolean reread(long asked) {
        Optional<Job> now = documents.find(job().id()).filter(found -> found.isOf(job()));
        now.ifPresent(found -> confirm(found, asked));
        return now.isPresent();
    }

    private synchronized void confirm(Job now, long asked) {
        job = now;
        confirmed = asked;
    }

    /** Whether the lease holds; it ends one heartbeat early, so that the conversion can stop in time. */
    private synchronized boolean isWithinLease(long now) {
        return now - confirmed <= settings.lease().minus(settings.heartbeat()).toNanos();
    }

    private synchronized void end(State how) {
        if (state == State.HELD || (state == State.CANCELLED && how == State.LOST)) {
            state = how;
            whenOver.accept(how);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Ends the heartbeat, and returns when it has ended; the job stays this worker's until its end is written. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        signal.changed();
        boolean interrupted = false;
        while (true) {
            try {
                heart.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
