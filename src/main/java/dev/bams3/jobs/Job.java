package dev.bams3.jobs;

import dev.bams3.jobs.JobStatus.Attempted;
import dev.bams3.jobs.JobStatus.Cancelled;
import dev.bams3.jobs.JobStatus.Claimed;
import dev.bams3.jobs.JobStatus.Failed;
import dev.bams3.jobs.JobStatus.Queued;
import dev.bams3.jobs.JobStatus.Succeeded;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as its document has it. Immutable: each method that changes it returns the next revision, which holds once {@link
 * JobDocuments} has written it.
 *
 * @param spec what was accepted
 * @param revision of the document, 1 for the first
 * @param updated when this revision was written, by its writer's clock
 * @param claims of its whole life: together with the worker the fence of a claim
 * @param attempt claims since it was submitted or retried; 0 before the first
 * @param commitPending whether the commit of an earlier attempt may still be on its way, since the job was submitted or
 *     retried: its worker went silent, or did not learn the outcome of the commit
 * @param status where it is in its life
 */
public record Job(
        JobSpec spec,
        long revision,
        Instant updated,
        long claims,
        int attempt,
        boolean commitPending,
        JobStatus status) {

    /** A new job. */
    static Job submitted(JobSpec spec) {
        return new Job(spec, 1, spec.created(), 0, 0, false, waiting());
    }

    /** Submitted again after its end, perhaps with other options or of other bytes. */
    Job resubmitted(JobRequest request, JobSource source, Optional<String> replaces, Instant now) {
        JobSpec again = new JobSpec(id(), spec.keyed(), request, source, replaces, now);
        return new Job(again, revision + 1, now, claims, 0, false, waiting());
    }

    private static JobStatus waiting() {
        return new Queued(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A worker takes it: a queued one, or one whose worker has gone silent. */
    Job claimed(String by, Instant now) {
        Claimed claim = new Claimed(
                state() == JobState.CANCELLING, new Attempted(by, now, Optional.empty()), status.lastError());
        return new Job(spec, revision + 1, now, claims + 1, attempt + 1, commitPending || state().isClaimed(), claim);
    }

    /** A heartbeat of its worker. */
    Job alive(Optional<JobProgress> progress, Instant now) {
        Claimed claim = claim();
        return next(new Claimed(claim.cancelling(), at(progress), claim.error()), now);
    }

    /** Requests its end; a job without a worker ends at once. */
    Job cancelRequested(Instant now) {
        return status instanceof Claimed claim
                ? next(new Claimed(true, claim.attempt(), claim.error()), now)
                : cancelled(now);
    }

    Job cancelled(Instant now) {
        return next(new Cancelled(status.attempted(), now), now);
    }

    Job succeeded(JobResult result, Optional<JobProgress> progress, Instant now) {
        return next(new Succeeded(at(progress), now, result), now);
    }

    /** It will have failed for good: a worker that takes it over from here ends it, and does not continue it. */
    Job failing(JobError error, Instant now) {
        Claimed claim = claim();
        return next(new Claimed(claim.cancelling(), claim.attempt(), Optional.of(error)), now);
    }

    /** Whether it is {@link #failing}. */
    boolean isFailing() {
        return error().map(last -> !last.isPassing()).orElse(false);
    }

    Job failed(JobError error, Instant now) {
        return next(new Failed(claim().attempt(), now, error), now);
    }

    /** Back into the queue after a failure that may pass; {@code pending} as {@link #commitPending}. */
    Job requeued(JobError error, Duration delay, boolean pending, Instant now) {
        return queued(
                attempt,
                new Queued(status.attempted(), Optional.of(error), Optional.of(now.plus(delay))),
                pending,
                now);
    }

    /** Back into the queue because its worker stops; the attempt does not count. */
    Job released(boolean pending, Instant now) {
        return queued(attempt - 1, new Queued(status.attempted(), error(), Optional.empty()), pending, now);
    }

    private Job queued(int counted, Queued again, boolean pending, Instant now) {
        return new Job(spec, revision + 1, now, claims, counted, commitPending || pending, again);
    }

    private Job next(JobStatus newStatus, Instant now) {
        return new Job(spec, revision + 1, now, claims, attempt, commitPending, newStatus);
    }

    private Claimed claim() {
        if (status instanceof Claimed claim) {
            return claim;
        }
        throw new IllegalStateException("job " + id() + " is " + state() + ", no worker has it");
    }

    private Attempted at(Optional<JobProgress> progress) {
        Attempted by = claim().attempt();
        return new Attempted(by.worker(), by.started(), progress);
    }

    /** Whether it still belongs to the claim that this earlier revision of it had. */
    boolean isOf(Job claim) {
        return state().isClaimed() && claims == claim.claims && worker().equals(claim.worker());
    }

    public JobId id() {
        return spec.id();
    }

    public JobRequest request() {
        return spec.request();
    }

    public JobSource source() {
        return spec.source();
    }

    public Instant created() {
        return spec.created();
    }

    public JobState state() {
        return status.state();
    }

    /** The worker of the current or last attempt. */
    public Optional<String> worker() {
        return status.attempted().map(Attempted::worker);
    }

    /** When the current or last attempt began. */
    public Optional<Instant> started() {
        return status.attempted().map(Attempted::started);
    }

    /** Progress of the current or last attempt. */
    public Optional<JobProgress> progress() {
        return status.attempted().flatMap(Attempted::progress);
    }

    public Optional<Instant> finished() {
        return status.finished();
    }

    /** When the next attempt may begin; empty: at once. */
    public Optional<Instant> notBefore() {
        return status instanceof Queued queued ? queued.notBefore() : Optional.empty();
    }

    /** Returns what a succeeded job has made. */
    public Optional<JobResult> result() {
        return status instanceof Succeeded done ? Optional.of(done.result()) : Optional.empty();
    }

    /** The error of the last attempt that failed. */
    public Optional<JobError> error() {
        return status.lastError();
    }
}
