package dev.bams3.jobs;

import java.time.Instant;

/**
 * The few things of a job that all jobs of a store are looked through by.
 *
 * @param id its name
 * @param revision of the document that says so
 * @param state where it is in its life
 * @param created when it was accepted
 * @param since when it was written so, at the latest: of a job that has ended, its end
 * @param dataset that it makes
 */
record JobOutline(JobId id, long revision, JobState state, Instant created, Instant since, String dataset) {
    static JobOutline of(Job job) {
        return new JobOutline(
                job.id(),
                job.revision(),
                job.state(),
                job.created(),
                job.finished().orElse(job.updated()),
                job.request().dataset());
    }
}
