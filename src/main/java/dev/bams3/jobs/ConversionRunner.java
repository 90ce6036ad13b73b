package dev.bams3.jobs;

import dev.bams3.convert.ConversionRequest;
import dev.bams3.convert.ConversionResult;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Supervision;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.jobs.SourcePlaces.Opened;
import java.util.Optional;

/** Converts and publishes; the shards of large sources it may have converted by others. */
final class ConversionRunner implements JobRunner {
    private final Converter converter;
    private final JobConversions conversions;
    private final Datasets datasets;
    private final Optional<ShardWorkers> workers;

    /** @param workers convert the shards; absent: sources are not cut, and converted in the calling thread */
    ConversionRunner(
            Converter converter, JobConversions conversions, Datasets datasets, Optional<ShardWorkers> workers) {
        this.converter = converter;
        this.conversions = conversions;
        this.datasets = datasets;
        this.workers = workers;
    }

    @Override
    public JobResult run(Job job, Supervision supervision) {
        try (Opened opened = conversions.open(job)) {
            ConversionRequest request = conversions.request(job, opened);
            // One run has to see all records for their hash.
            Optional<ShardWorkers> shards =
                    workers.filter(_ -> !job.request().options().sha256());
            ConversionResult result = shards.map(others -> converter.convert(
                            request, others.shards(job.source().size()), others.runner(job), supervision))
                    .orElseGet(() -> converter.convert(request, supervision));
            datasets.forget(new DatasetId(job.request().dataset()));
            return JobResult.of(result.metadata());
        }
    }

    @Override
    public void discard(Job job) {
        workers.ifPresent(others -> others.end(job));
        try (Opened remembered = conversions.remembered(job)) {
            converter.abandon(conversions.request(job, remembered));
        }
    }
}
