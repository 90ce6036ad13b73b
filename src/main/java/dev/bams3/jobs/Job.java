package dev.bams3.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as its document says it. Immutable: each method answers the next revision, which is true once {@link JobDocuments}
 * has written it.
 *
 * @param id its name
 * @param keyed whether a client named it by a key of its own
 * @param request what to do
 * @param source the bytes it is done to
 * @param replaces ETag of the commit that was there when the job was accepted, which alone is replaced; absent: none was
 * @param created when it was accepted
 * @param revision of the document, 1 for the first
 * @param state where it is in its life
 * @param updated when this revision was written, by its writer's clock
 * @param attempt claims since it was submitted or retried; 0 before the first
 * @param claims of its whole life: together with {@code worker} the fence of a claim
 * @param commitPending whether the commit of an earlier attempt may still be on its way, since it was submitted or retried:
 *     its worker went silent, or never heard what became of the commit
 * @param worker that has or last had it
 * @param started when the last attempt began
 * @param finished when it ended for good
 * @param notBefore when the next attempt may begin, after one that failed
 * @param progress of the last attempt
 * @param result after success
 * @param error of the last attempt
 */
public record Job(
        JobId id,
        boolean keyed,
        JobRequest request,
        JobSource source,
        Optional<String> replaces,
        Instant created,
        long revision,
        JobState state,
        Instant updated,
        int attempt,
        long claims,
        boolean commitPending,
        Optional<String> worker,
        Optional<Instant> started,
        Optional<Instant> finished,
        Optional<Instant> notBefore,
        Optional<JobProgress> progress,
        Optional<JobResult> result,
        Optional<JobError> error) {

    /** A new job. */
    static Job submitted(
            JobId id, boolean keyed, JobRequest request, JobSource source, Optional<String> replaces, Instant now) {
        return new Job(
                id,
                keyed,
                request,
                source,
                replaces,
                now,
                1,
                JobState.QUEUED,
                now,
                0,
                0,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Submitted again after its end, perhaps with other options or of other bytes. */
    Job resubmitted(JobRequest newRequest, JobSource newSource, Optional<String> nowReplaces, Instant now) {
        return new Job(
                id,
                keyed,
                newRequest,
                newSource,
                nowReplaces,
                now,
                revision + 1,
                JobState.QUEUED,
                now,
                0,
                claims,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A worker takes it: a queued one, or one whose worker has gone silent. */
    Job claimed(String by, Instant now) {
        return new Job(
                id,
                keyed,
                request,
                source,
                replaces,
                created,
                revision + 1,
                state == JobState.CANCELLING ? JobState.CANCELLING : JobState.RUNNING,
                now,
                attempt + 1,
                claims + 1,
                commitPending || state.isClaimed(),
                Optional.of(by),
                Optional.of(now),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                error);
    }

    /** Its worker is alive. */
    Job alive(Optional<JobProgress> newProgress, Instant now) {
        return next(state, now, newProgress, Optional.empty(), error);
    }

    /** Its end is asked for: at once if nobody works on it. */
    Job cancelRequested(Instant now) {
        return state == JobState.QUEUED ? cancelled(now) : next(JobState.CANCELLING, now, progress, result, error);
    }

    Job cancelled(Instant now) {
        return next(JobState.CANCELLED, now, progress, Optional.empty(), Optional.empty());
    }

    Job succeeded(JobResult newResult, Optional<JobProgress> newProgress, Instant now) {
        return next(JobState.SUCCEEDED, now, newProgress, Optional.of(newResult), Optional.empty());
    }

    /** It will have failed for good: whoever takes it over from here ends it, and does not go on with it. */
    Job failing(JobError newError, Instant now) {
        return next(state, now, progress, Optional.empty(), Optional.of(newError));
    }

    /** Whether {@link #failing} was said of it. */
    boolean isFailing() {
        return error.map(last -> !last.isPassing()).orElse(false);
    }

    Job failed(JobError newError, Instant now) {
        return next(JobState.FAILED, now, progress, Optional.empty(), Optional.of(newError));
    }

    /** Back into the queue after a failure that may pass; {@code pending} as {@link #commitPending}. */
    Job requeued(JobError newError, Duration delay, boolean pending, Instant now) {
        return queued(attempt, Optional.of(now.plus(delay)), Optional.of(newError), pending, now);
    }

    /** Back into the queue because its worker stops; the attempt does not count. */
    Job released(boolean pending, Instant now) {
        return queued(attempt - 1, Optional.empty(), error, pending, now);
    }

    private Job queued(
            int newAttempt, Optional<Instant> when, Optional<JobError> newError, boolean pending, Instant now) {
        return new Job(
                id,
                keyed,
                request,
                source,
                replaces,
                created,
                revision + 1,
                JobState.QUEUED,
                now,
                newAttempt,
                claims,
                commitPending || pending,
                worker,
                started,
                Optional.empty(),
                when,
                progress,
                Optional.empty(),
                newError);
    }

    private Job next(
            JobState newState,
            Instant now,
            Optional<JobProgress> newProgress,
            Optional<JobResult> newResult,
            Optional<JobError> newError) {
        return new Job(
                id,
                keyed,
                request,
                source,
                replaces,
                created,
                revision + 1,
                newState,
                now,
                attempt,
                claims,
                commitPending,
                worker,
                started,
                newState.isFinal() ? Optional.of(now) : Optional.empty(),
                Optional.empty(),
                newProgress,
                newResult,
                newError);
    }

    /** Whether it still belongs to the claim that this earlier revision of it had. */
    boolean isOf(Job claim) {
        return state.isClaimed() && claims == claim.claims && worker.equals(claim.worker);
    }
}
