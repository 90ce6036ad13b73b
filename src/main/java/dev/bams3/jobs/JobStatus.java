package dev.bams3.jobs;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;

/** The state of a job, with the data that exists in that state. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobStatus.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = JobStatus.Claimed.class, name = "claimed"),
    @JsonSubTypes.Type(value = JobStatus.Succeeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = JobStatus.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = JobStatus.Cancelled.class, name = "cancelled")
})
public sealed interface JobStatus {
    /**
     * An attempt.
     *
     * @param worker that makes or made it
     * @param started when the worker claimed the job
     * @param progress as last reported
     */
    record Attempted(String worker, Instant started, Optional<JobProgress> progress) {}

    /**
     * Waits for a worker.
     *
     * @param last attempt, if there was one
     * @param error why the last attempt failed, if it did
     * @param notBefore when the next attempt may begin, after one that failed
     */
    record Queued(Optional<Attempted> last, Optional<JobError> error, Optional<Instant> notBefore)
            implements JobStatus {}

    /**
     * A worker has it.
     *
     * @param cancelling whether the worker is to give it up
     * @param attempt that the worker makes
     * @param error of the attempt before; or of this one, when it will have failed for good
     */
    record Claimed(boolean cancelling, Attempted attempt, Optional<JobError> error) implements JobStatus {}

    /** Its dataset is published. */
    record Succeeded(Attempted attempt, Instant ended, JobResult result) implements JobStatus {}

    /** Ended without a dataset. */
    record Failed(Attempted attempt, Instant ended, JobError error) implements JobStatus {}

    /**
     * Ended without a dataset, as requested.
     *
     * @param last attempt, if there was one
     */
    record Cancelled(Optional<Attempted> last, Instant ended) implements JobStatus {}

    /** The name of the status. */
    default JobState state() {
        return switch (this) {
            case Queued _ -> JobState.QUEUED;
            case Claimed claim -> claim.cancelling() ? JobState.CANCELLING : JobState.RUNNING;
            case Succeeded _ -> JobState.SUCCEEDED;
            case Failed _ -> JobState.FAILED;
            case Cancelled _ -> JobState.CANCELLED;
        };
    }

    /** The current attempt, or the last one; empty before the first. */
    default Optional<Attempted> attempted() {
        return switch (this) {
            case Queued queued -> queued.last();
            case Claimed claim -> Optional.of(claim.attempt());
            case Succeeded success -> Optional.of(success.attempt());
            case Failed failure -> Optional.of(failure.attempt());
            case Cancelled cancelled -> cancelled.last();
        };
    }

    /** The error of the last attempt that failed. */
    default Optional<JobError> lastError() {
        return switch (this) {
            case Queued queued -> queued.error();
            case Claimed claim -> claim.error();
            case Failed failure -> Optional.of(failure.error());
            case Succeeded _, Cancelled _ -> Optional.empty();
        };
    }

    /** When it ended; empty if it has not. */
    default Optional<Instant> finished() {
        return switch (this) {
            case Succeeded success -> Optional.of(success.ended());
            case Failed failure -> Optional.of(failure.ended());
            case Cancelled cancelled -> Optional.of(cancelled.ended());
            case Queued _, Claimed _ -> Optional.empty();
        };
    }
}
