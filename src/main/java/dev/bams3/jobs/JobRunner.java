package dev.bams3.jobs;

import dev.bams3.convert.ConversionControl;
import dev.bams3.convert.Supervision;

/** Does the work of a job, in this process or somewhere else. Safe for use by many threads. */
interface JobRunner {
    /**
     * Runs one attempt, in the calling thread, until the dataset is published.
     *
     * @param job as it was claimed
     * @param supervision receives the progress, can stop the attempt, and permits publishing
     * @throws dev.bams3.error.ReadsException CANCELLED after {@link ConversionControl#cancel} or {@link ConversionControl#stop}
     */
    JobResult run(Job job, Supervision supervision);

    /** Removes what attempts of the job have left behind; none of them runs, and none will. */
    void discard(Job job);
}
