package dev.bams3.jobs;

import dev.bams3.convert.ShardRunner;

/** Converts the shards of jobs, while the worker that has claimed a job plans, waits and publishes. */
public interface ShardWorkers extends AutoCloseable {
    /** Returns the number of shards for a source of that many bytes, 1 or more. */
    int shards(long sourceSize);

    /** Has shards of this job converted. */
    ShardRunner runner(Job job);

    /**
     * Ends whatever works on shards of a job, so that what they made can be removed; returns when nothing does.
     *
     * @throws dev.bams3.error.ReadsException UNAVAILABLE when it does not end
     */
    void end(Job job);

    @Override
    void close();
}
