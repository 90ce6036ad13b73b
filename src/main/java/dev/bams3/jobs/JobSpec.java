package dev.bams3.jobs;

import java.time.Instant;
import java.util.Optional;

/**
 * The specification of a job, fixed when it was accepted.
 *
 * @param id its name
 * @param keyed whether a client named it by an idempotency key
 * @param request what to do
 * @param source the bytes to convert
 * @param replaces ETag of the commit that was there when the job was accepted, the only one it may replace; absent: none
 * @param created when it was accepted
 */
public record JobSpec(
        JobId id, boolean keyed, JobRequest request, JobSource source, Optional<String> replaces, Instant created) {}
