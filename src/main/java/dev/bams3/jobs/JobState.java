package dev.bams3.jobs;

/** The state of a job. */
public enum JobState {
    /** Waits for a worker. */
    QUEUED,
    /** A worker has it. */
    RUNNING,
    /** A worker has it and is to give it up. */
    CANCELLING,
    /** Its dataset is published. */
    SUCCEEDED,
    /** Ended without a dataset; see its error. */
    FAILED,
    /** Ended without a dataset, as was asked for. */
    CANCELLED;

    /** Whether no worker will touch it again, unless it is retried. */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }

    /** Whether it belongs to a worker. */
    public boolean isClaimed() {
        return this == RUNNING || this == CANCELLING;
    }
}
