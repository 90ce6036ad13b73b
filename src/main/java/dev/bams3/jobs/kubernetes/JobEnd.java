package dev.bams3.jobs.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;

/**
 * The end of a Kubernetes Job.
 *
 * @param complete whether all its pods have succeeded
 * @param reason as Kubernetes says it
 */
record JobEnd(boolean complete, String reason) {

    /** Empty while it runs; a Job that has failed, but some of whose pods still run, does so. */
    static Optional<JobEnd> of(Job job) {
        if (job.getStatus() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(condition -> "True".equals(condition.getStatus()))
                .flatMap(condition -> of(condition).stream())
                .findFirst();
    }

    private static Optional<JobEnd> of(JobCondition condition) {
        String reason = condition.getReason() + ": " + condition.getMessage();
        return switch (condition.getType()) {
            case "Complete" -> Optional.of(new JobEnd(true, reason));
            case "Failed" -> Optional.of(new JobEnd(false, reason));
            default -> Optional.empty();
        };
    }
}
