package dev.bams3.jobs.kubernetes;

import dev.bams3.convert.ConversionPlan;
import dev.bams3.convert.ConversionRequest;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Shard;
import dev.bams3.convert.ShardRunner;
import dev.bams3.convert.ShardWatch;
import dev.bams3.convert.Supervision;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.ShardSettings;
import dev.bams3.jobs.ShardWorkers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts shards in the pods of an Indexed Job of Kubernetes. The Job's name follows from the conversion, so a worker that
 * takes a conversion over finds the Job of its predecessor and continues it. Pods never publish, and end soon after the
 * conversion has ended, so an abandoned one does no harm.
 */
public final class KubernetesShards implements ShardWorkers {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesShards.class);
    private static final int MOST_TRIES = 5;

    private final KubernetesJobs jobs;
    private final JobTemplate template;
    private final Converter converter;
    private final ShardSettings settings;
    private final Duration poll;

    /**
     * @param jobs closed with this
     * @param converter looks at what pods have stored
     * @param poll interval between looks at a Job that sends no events
     */
    public KubernetesShards(
            KubernetesJobs jobs, JobTemplate template, Converter converter, ShardSettings settings, Duration poll) {
        this.jobs = jobs;
        this.template = template;
        this.converter = converter;
        this.settings = settings;
        this.poll = poll;
    }

    @Override
    public int shards(long sourceSize) {
        return settings.shards(sourceSize);
    }

    @Override
    public ShardRunner runner(Job job) {
        return (request, plan, supervision) -> run(job, request, plan, supervision);
    }

    private void run(Job job, ConversionRequest request, ConversionPlan plan, Supervision supervision) {
        ShardWatch watch = converter.watch(request, plan);
        if (watch.missing().isEmpty()) {
            return;
        }
        var wanted = template.job(job, plan, settings.atOnce());
        String name = wanted.getMetadata().getName();
        begin(wanted, supervision);
        try (JobChanges changes = jobs.changes(name)) {
            boolean seen = true;
            while (true) {
                supervision.control().check();
                try {
                    if (hasEnded(name, watch, supervision)) {
                        return;
                    }
                    seen = true;
                } catch (OutOfSight e) {
                    // The pods go on whether or not they are seen.
                    if (seen) {
                        LOG.warn("conversion {} is out of sight: {}", job.id(), e.getMessage());
                    }
                    seen = false;
                }
                changes.await(poll);
            }
        }
    }

    /** Creates the Job, or finds it at work for this very plan; one of another release makes way. */
    private void begin(io.fabric8.kubernetes.api.model.batch.v1.Job wanted, Supervision supervision) {
        String name = wanted.getMetadata().getName();
        for (int i = 0; i < MOST_TRIES; i++) {
            if (jobs.create(wanted)) {
                LOG.info("Job {} of {} pods", name, wanted.getSpec().getCompletions());
                return;
            }
            var present = jobs.find(name);
            if (present.isEmpty()) {
                continue;
            }
            if (!JobTemplate.areOfOneConversion(present.get(), wanted)) {
                throw ReadsException.about(
                        ErrorKind.CHANGED,
                        name,
                        "a Job of this name is there that is none of this conversion; remove it and retry");
            }
            boolean working = JobTemplate.areOfOnePlan(present.get(), wanted)
                    && present.get().getMetadata().getDeletionTimestamp() == null
                    && JobEnd.of(present.get()).isEmpty();
            if (working) {
                LOG.info("Job {} is there already", name);
                return;
            }
            supervision.control().check();
            LOG.info("Job {} has ended, or is of another plan, and is removed", name);
            jobs.remove(present.get());
        }
        throw ReadsException.about(ErrorKind.UNAVAILABLE, name, "the Job comes and goes");
    }

    /** The store or Kubernetes does not answer, which says nothing of the shards. */
    private static final class OutOfSight extends Exception {
        OutOfSight(ReadsException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** @throws ReadsException why it ended without results */
    private boolean hasEnded(String name, ShardWatch watch, Supervision supervision) throws OutOfSight {
        Optional<io.fabric8.kubernetes.api.model.batch.v1.Job> now;
        List<Integer> missing = List.of();
        try {
            now = jobs.find(name);
            supervision.listener().progressed(watch.look());
            if (now.isEmpty() || JobEnd.of(now.get()).isPresent()) {
                missing = watch.missing().stream().map(Shard::number).toList();
            }
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.UNAVAILABLE && e.kind() != ErrorKind.OVERLOADED) {
                throw e;
            }
            throw new OutOfSight(e);
        }
        if (now.isEmpty()) {
            if (missing.isEmpty()) {
                return true;
            }
            throw ReadsException.about(ErrorKind.UNAVAILABLE, name, "the Job was removed before its end");
        }
        Optional<JobEnd> end = JobEnd.of(now.get());
        if (end.isEmpty()) {
            return false;
        }
        if (end.get().complete() && missing.isEmpty()) {
            return true;
        }
        ReadsException failure = end.get().complete()
                ? ReadsException.about(
                        ErrorKind.UNAVAILABLE, name, "the Job has ended without results of shards " + missing)
                : jobs.failure(now.get(), end.get());
        jobs.remove(now.get());
        throw failure;
    }

    @Override
    public void end(Job job) {
        jobs.ofConversion(job.id().value()).stream()
                // The conversion may have been submitted again since.
                .filter(present -> JobTemplate.isOf(job, present))
                .forEach(jobs::remove);
    }

    @Override
    public void close() {
        jobs.close();
    }
}
