package dev.bams3.jobs;

import dev.bams3.convert.ConversionControl;
import dev.bams3.convert.Progress;
import dev.bams3.convert.Supervision;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a job by this process. The thread that runs it converts; another one writes heartbeats, and ends the
 * conversion when the job is to be cancelled, or is not ours any more, or when that could not be found out for a lease's
 * time. Until then nobody else may take the job, whatever the clocks say: others count from the last revision they saw,
 * which is written before we start to count.
 */
final class RunningJob {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);

    private final JobDocuments documents;
    private final JobSettings settings;
    private final JobSignal signal;
    private final JobRunner runner;
    private final Clock clock;

    private final ConversionControl control = new ConversionControl();
    private final AtomicReference<@Nullable JobProgress> progress = new AtomicReference<>();

    private final AttemptPace pace = new AttemptPace(System.nanoTime());

    /** Held while a revision is written, so that two threads do not follow the same one. */
    private final ReentrantLock writing = new ReentrantLock();

    // All guarded by this, which is never held while the store is asked.
    private Job job;
    private long confirmed = System.nanoTime();
    private Fate fate = Fate.OURS;
    private boolean ended;

    /** Whether a commit of this attempt may have been sent. */
    private volatile boolean publishing;

    private enum Fate {
        OURS,
        /** To be given up for good. */
        CANCELLED,
        /** To be given back, as this process ends. */
        STOPPED,
        /** Somebody else's, or perhaps so. */
        LOST
    }

    /** @param job as it was just claimed by this process */
    RunningJob(Job job, JobDocuments documents, JobSettings settings, JobSignal signal, JobRunner runner, Clock clock) {
        this.job = job;
        this.documents = documents;
        this.settings = settings;
        this.signal = signal;
        this.runner = runner;
        this.clock = clock;
    }

    JobId id() {
        return job().id();
    }

    /** Runs the attempt to its end and writes how it ended. Returns when nothing of it runs any more. */
    void run() {
        Thread heart = Thread.ofVirtual().name("job-heart-" + id()).start(this::beat);
        Outcome outcome;
        try {
            outcome = attempt();
        } finally {
            synchronized (this) {
                ended = true;
            }
            signal.changed();
            joined(heart);
        }
        // What the heartbeat interrupted was the conversion.
        Thread.interrupted();
        conclude(outcome);
    }

    /** Gives the job back, from another thread, because this process ends. */
    void stop() {
        end(Fate.STOPPED);
    }

    private sealed interface Outcome {
        record Done(JobResult result) implements Outcome {}

        record Failed(JobError error) implements Outcome {}

        /** It was told to end. */
        record Ended() implements Outcome {}
    }

    private Outcome attempt() {
        Job claim = job();
        if (claim.state() == JobState.CANCELLING) {
            return new Outcome.Ended();
        }
        if (claim.isFailing()) {
            return new Outcome.Failed(claim.error().orElseThrow());
        }
        if (claim.attempt() > settings.attempts()) {
            String last = claim.error()
                    .map(error -> "; the last one: " + error.message())
                    .orElse("");
            return new Outcome.Failed(JobError.of(
                    ErrorKind.UNAVAILABLE,
                    "given up: " + settings.attempts() + " attempts have ended without a dataset" + last));
        }
        try {
            JobResult result = runner.run(claim, new Supervision(this::progressed, control, new Publishing()));
            return new Outcome.Done(result);
        } catch (ReadsException e) {
            return fate() == Fate.OURS ? new Outcome.Failed(JobError.of(e)) : new Outcome.Ended();
        } catch (RuntimeException | Error e) {
            LOG.error("conversion {} failed", claim.id(), e);
            if (fate() != Fate.OURS) {
                // Of whatever a library makes of the interruption that ended it.
                return new Outcome.Ended();
            }
            return new Outcome.Failed(JobError.of(ReadsException.defect(e)));
        }
    }

    private void progressed(Progress now) {
        progress.set(pace.of(now, System.nanoTime(), clock.instant()));
    }

    private final class Publishing implements Supervision.Fence {
        @Override
        public void check() {
            ReadsException unknown = heartbeat();
            Fate now = fate();
            if (unknown != null && now == Fate.OURS) {
                throw unknown;
            }
            if (now == Fate.LOST) {
                throw ReadsException.about(
                        ErrorKind.CHANGED, id().value(), "another worker has this conversion by now");
            }
            if (now != Fate.OURS) {
                throw ReadsException.of(ErrorKind.CANCELLED, "the conversion is to end; nothing was published");
            }
            publishing = true;
        }

        /** Never by the conversion: once its failure is written, so that nobody goes on with what is being removed. */
        @Override
        public void checkRemoval() {
            throw ReadsException.about(ErrorKind.CHANGED, id().value(), "is removed when the job's document says so");
        }
    }

    private void beat() {
        try {
            long seen = signal.changes();
            long next = System.nanoTime() + settings.heartbeat().toNanos();
            while (!hasEnded()) {
                long left = next - System.nanoTime();
                if (left > 0 && !isOvertaken()) {
                    seen = signal.await(seen, Duration.ofNanos(left));
                } else {
                    heartbeat();
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

    /** Writes that we live, and finds out whether the job is still ours and to be gone on with; what failed if it could not. */
    private @Nullable ReadsException heartbeat() {
        writing.lock();
        try {
            long asked = System.nanoTime();
            try {
                Job next = job().alive(latestProgress(), clock.instant());
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

    /** Somebody wrote a revision: a request to cancel, or another worker that took the job. */
    private @Nullable ReadsException followUp(long asked) {
        try {
            Optional<Job> now = documents.find(id());
            if (now.isEmpty() || !now.get().isOf(job())) {
                LOG.warn("conversion {} is another worker's by now", id());
                end(Fate.LOST);
                return null;
            }
            confirm(now.get(), asked);
            if (now.get().state() == JobState.CANCELLING) {
                end(Fate.CANCELLED);
            }
            return null;
        } catch (ReadsException e) {
            return doubt(e, asked);
        }
    }

    private ReadsException doubt(ReadsException failure, long asked) {
        if (failure.kind() != ErrorKind.CANCELLED) {
            LOG.warn("heartbeat of conversion {}: {}", id(), failure.getMessage());
            if (!isWithinLease(asked)) {
                end(Fate.LOST);
            }
        }
        return failure;
    }

    private synchronized void confirm(Job now, long asked) {
        job = now;
        confirmed = asked;
    }

    /** With a heartbeat to spare, in which the conversion can end. */
    private synchronized boolean isWithinLease(long now) {
        return now - confirmed <= settings.lease().minus(settings.heartbeat()).toNanos();
    }

    private synchronized void end(Fate how) {
        if (fate != Fate.OURS && !(fate == Fate.CANCELLED && how == Fate.LOST)) {
            return;
        }
        fate = how;
        if (how == Fate.CANCELLED) {
            control.cancel();
        } else {
            control.stop();
        }
    }

    /** Writes the end of the attempt, as long as nobody else can have taken the job. */
    private void conclude(Outcome outcome) {
        long seen = signal.changes();
        while (fate() != Fate.LOST) {
            try {
                write(outcome);
                return;
            } catch (ReadsException e) {
                if (!mayTryAgain(e)) {
                    LOG.warn("conversion {}: another worker will find its end: {}", id(), e.getMessage());
                    return;
                }
                if (e.kind() != ErrorKind.CHANGED) {
                    try {
                        seen = signal.await(seen, settings.heartbeat());
                    } catch (InterruptedException interruption) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }
    }

    private void write(Outcome outcome) {
        Job now = job();
        String dataset = now.request().dataset();
        boolean cancelled = now.state() == JobState.CANCELLING;
        boolean pending = commitPending(outcome);
        switch (outcome) {
            // Also where cancelling came too late: the dataset is there.
            case Outcome.Done(JobResult result) -> {
                documents.write(now.succeeded(result, latestProgress(), clock.instant()));
                LOG.info("conversion {} made dataset '{}': {} records", now.id(), dataset, result.records());
            }
            case Outcome.Ended() when !cancelled -> documents.write(now.released(pending, clock.instant()));
            case Outcome.Failed(JobError error)
            when !cancelled && error.isPassing() && now.attempt() < settings.attempts() -> {
                documents.write(now.requeued(error, settings.delayAfter(now.attempt()), pending, clock.instant()));
                LOG.warn("conversion {} failed and will be tried again: {}", now.id(), error.message());
            }
            case Outcome.Failed(JobError error)
            when !cancelled -> {
                if (!now.commitPending() && !pending) {
                    // First, so that who takes over from here on does not use what is being removed.
                    long asked = System.nanoTime();
                    Job failing = now.failing(error, clock.instant());
                    documents.write(failing);
                    confirm(failing, asked);
                    discard(failing);
                }
                documents.write(job().failed(error, clock.instant()));
                LOG.warn("conversion {} of dataset '{}' failed: {}", now.id(), dataset, error.message());
            }
            default -> {
                if (!now.commitPending() && !pending) {
                    discard(now);
                }
                documents.write(now.cancelled(clock.instant()));
                LOG.info("conversion {} of dataset '{}' was cancelled", now.id(), dataset);
            }
        }
    }

    /** Whether this attempt may have sent a commit and does not know what became of it. */
    private boolean commitPending(Outcome outcome) {
        boolean refused = outcome instanceof Outcome.Failed(JobError error)
                && (error.kind() == ErrorKind.CHANGED || error.kind() == ErrorKind.DENIED);
        return publishing && !refused;
    }

    /**
     * Removes what the attempts made; not to be called while a commit of one may still be on its way, which must not arrive
     * at a dataset without chunks: then the sweep removes what is left, after its grace time. Nobody goes on with a job that
     * is failing or being cancelled, so that this harms no successor, however long this thread was asleep.
     */
    private void discard(Job of) {
        try {
            runner.discard(of);
        } catch (ReadsException e) {
            LOG.warn("conversion {}: left for the sweep: {}", of.id(), e.getMessage());
        }
    }

    /** After a failed write: whether the job is still ours, as it then is known here in its newest revision. */
    private boolean mayTryAgain(ReadsException failure) {
        long asked = System.nanoTime();
        try {
            Optional<Job> now = documents.find(id());
            if (now.isEmpty() || !now.get().isOf(job())) {
                // Also where our own write was done after all.
                return false;
            }
            confirm(now.get(), asked);
            return true;
        } catch (ReadsException e) {
            failure.addSuppressed(e);
            return isWithinLease(asked);
        }
    }

    private Optional<JobProgress> latestProgress() {
        JobProgress latest = progress.get();
        return latest == null ? Optional.empty() : Optional.of(latest);
    }

    private synchronized Job job() {
        return job;
    }

    private synchronized Fate fate() {
        return fate;
    }

    private synchronized boolean hasEnded() {
        return ended;
    }

    private static void joined(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
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
