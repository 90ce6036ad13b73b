package dev.bams3.jobs;

import dev.bams3.convert.ConversionControl;
import dev.bams3.convert.Progress;
import dev.bams3.convert.Supervision;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a job by this process: the conversion, under a {@link Lease} which ends it when the job is to be cancelled
 * or is not this worker's any more, and how it ended, written to the job's document.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final JobSettings settings;
    private final JobSignal signal;
    private final JobRunner runner;
    private final Clock clock;
    private final Lease lease;

    private final ConversionControl control = new ConversionControl();
    private final AtomicReference<@Nullable JobProgress> progress = new AtomicReference<>();
    private final AttemptPace pace = new AttemptPace(System.nanoTime());

    /** Whether a commit of this attempt may have been sent. */
    private volatile boolean publishing;

    /** @param job as this process has just claimed it */
    Attempt(Job job, JobDocuments documents, JobSettings settings, JobSignal signal, JobRunner runner, Clock clock) {
        this.settings = settings;
        this.signal = signal;
        this.runner = runner;
        this.clock = clock;
        lease = new Lease(job, documents, settings, signal, clock, this::latestProgress, this::end);
    }

    /** Runs to the end and writes how it ended. Returns when nothing of it runs any more. */
    void run() {
        Outcome outcome;
        lease.start();
        try (lease) {
            outcome = convert();
        }
        // The interruption by the lease was meant for the conversion.
        Thread.interrupted();
        conclude(outcome);
    }

    /** Gives the job back, from another thread, because this process ends. */
    void stop() {
        lease.stop();
    }

    private void end(Lease.State how) {
        if (how == Lease.State.CANCELLED) {
            control.cancel();
        } else {
            control.stop();
        }
    }

    private sealed interface Outcome {
        record Done(JobResult result) implements Outcome {}

        record Failed(JobError error) implements Outcome {}

        /** The lease ended it. */
        record Ended() implements Outcome {}
    }

    private Outcome convert() {
        Job claim = lease.job();
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
            return new Outcome.Done(runner.run(claim, new Supervision(this::progressed, control, new Publishing())));
        } catch (ReadsException e) {
            return isHeld() ? new Outcome.Failed(JobError.of(e)) : new Outcome.Ended();
        } catch (RuntimeException | Error e) {
            LOG.error("conversion {} failed", claim.id(), e);
            // A library may make anything of the interruption that ended it.
            return isHeld() ? new Outcome.Failed(JobError.of(ReadsException.defect(e))) : new Outcome.Ended();
        }
    }

    private boolean isHeld() {
        return lease.state() == Lease.State.HELD;
    }

    private void progressed(Progress now) {
        progress.set(pace.of(now, System.nanoTime(), clock.instant()));
    }

    private final class Publishing implements Supervision.Fence {
        @Override
        public void check() {
            ReadsException unknown = lease.renew();
            String id = lease.job().id().value();
            switch (lease.state()) {
                case HELD -> {
                    if (unknown != null) {
                        throw unknown;
                    }
                    publishing = true;
                }
                case LOST ->
                    throw ReadsException.about(ErrorKind.CHANGED, id, "another worker has this conversion by now");
                case CANCELLED, STOPPING ->
                    throw ReadsException.of(ErrorKind.CANCELLED, "the conversion is to end; nothing was published");
            }
        }

        /** Never by the conversion: once its failure is written, so that no other worker goes on with what is removed. */
        @Override
        public void checkRemoval() {
            throw ReadsException.about(
                    ErrorKind.CHANGED, lease.job().id().value(), "is removed when the job's document says so");
        }
    }

    /** Writes the end of the attempt, as long as no other worker can have taken the job. */
    private void conclude(Outcome outcome) {
        long seen = signal.changes();
        while (lease.state() != Lease.State.LOST) {
            try {
                write(outcome);
                return;
            } catch (ReadsException e) {
                if (!lease.stillHolds(e)) {
                    LOG.warn(
                            "conversion {}: another worker will find its end: {}",
                            lease.job().id(),
                            e.getMessage());
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
        Job now = lease.job();
        String dataset = now.request().dataset();
        boolean cancelled = now.state() == JobState.CANCELLING;
        boolean pending = commitPending(outcome);
        switch (outcome) {
            // Also where cancelling came too late: the dataset is there.
            case Outcome.Done(JobResult result) -> {
                lease.write(now.succeeded(result, latestProgress(), clock.instant()));
                LOG.info("conversion {} made dataset '{}': {} records", now.id(), dataset, result.records());
            }
            case Outcome.Ended() when !cancelled -> lease.write(now.released(pending, clock.instant()));
            case Outcome.Failed(JobError error)
            when !cancelled && error.isPassing() && now.attempt() < settings.attempts() -> {
                lease.write(now.requeued(error, settings.delayAfter(now.attempt()), pending, clock.instant()));
                LOG.warn("conversion {} failed and will be tried again: {}", now.id(), error.message());
            }
            case Outcome.Failed(JobError error)
            when !cancelled -> {
                if (!now.commitPending() && !pending) {
                    // First, so that a worker that takes over from here on does not use what is being removed.
                    lease.write(now.failing(error, clock.instant()));
                    discard(lease.job());
                }
                lease.write(lease.job().failed(error, clock.instant()));
                LOG.warn("conversion {} of dataset '{}' failed: {}", now.id(), dataset, error.message());
            }
            default -> {
                if (!now.commitPending() && !pending) {
                    discard(now);
                }
                lease.write(now.cancelled(clock.instant()));
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
     * at a dataset without chunks: then the sweep removes what is left, after its grace time. No worker goes on with a job
     * that is failing or being cancelled, so this harms no successor, however long this thread was suspended.
     */
    private void discard(Job of) {
        try {
            runner.discard(of);
        } catch (ReadsException e) {
            LOG.warn("conversion {}: left for the sweep: {}", of.id(), e.getMessage());
        }
    }

    private Optional<JobProgress> latestProgress() {
        return Optional.ofNullable(progress.get());
    }
}
