package dev.bams3.jobs;

import dev.bams3.bams3.BlockSizing;
import dev.bams3.convert.ConversionKey;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRequest;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.convert.Progress.Phase;
import dev.bams3.convert.SourceObject;
import dev.bams3.convert.Supervision;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.SourcePlaces.Opened;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import java.nio.file.Path;

/** Converts in this process. */
final class LocalRunner implements JobRunner {
    private final Converter converter;
    private final ObjectStore store;
    private final Datasets datasets;
    private final SourcePlaces sources;
    private final Path temporary;

    /** @param temporary folder for sorting */
    LocalRunner(Converter converter, ObjectStore store, Datasets datasets, SourcePlaces sources, Path temporary) {
        this.converter = converter;
        this.store = store;
        this.datasets = datasets;
        this.sources = sources;
        this.temporary = temporary;
    }

    @Override
    public JobResult run(Job job, Supervision supervision) {
        try (Opened opened = open(job)) {
            JobResult result = JobResult.of(converter
                    .convert(request(job, opened.object()), watched(job, supervision))
                    .metadata());
            datasets.forget(new DatasetId(job.request().dataset()));
            return result;
        }
    }

    private static Supervision watched(Job job, Supervision supervision) {
        if (job.request().options().sort()) {
            return supervision;
        }
        Progress.Listener refusing = progress -> {
            if (progress.phase() == Phase.SORTING || progress.phase() == Phase.WRITING) {
                throw ReadsException.invalidInput(
                        "options.sort", "the records are not in coordinate order, and sorting them is not permitted");
            }
            supervision.listener().progressed(progress);
        };
        return new Supervision(refusing, supervision.control(), supervision.fence());
    }

    /** The source, if it still is what the job was accepted for; places are judged anew, as settings may have changed. */
    private Opened open(Job job) {
        Opened opened = sources.open(sources.permitted("source", job.request().source()));
        if (!opened.object().etag().value().equals(job.source().etag())) {
            opened.close();
            throw ReadsException.about(
                    ErrorKind.CHANGED,
                    job.request().source(),
                    "the source was replaced since the conversion was accepted; retry it to convert what is there now");
        }
        return opened;
    }

    private ConversionRequest request(Job job, SourceObject source) {
        DatasetLocation destination =
                DatasetLocation.of(store, new DatasetId(job.request().dataset()));
        return new ConversionRequest(
                key(job), source, destination, options(job.request().options()));
    }

    /** The same for every attempt, another once it is submitted anew. */
    static ConversionKey key(Job job) {
        return new ConversionKey(job.created(), job.id() + "-" + job.created().toEpochMilli());
    }

    private ConversionOptions options(JobOptions options) {
        BlockSizing usual = BlockSizing.DEFAULT;
        BlockSizing sizing = new BlockSizing(
                usual.blockBytes(),
                options.blockRecords().orElse(usual.blockRecords()),
                usual.maxBlockBytes(),
                options.chunkBytes().orElse(usual.chunkBytes()));
        return ConversionOptions.DEFAULT
                .withReplace(options.replace())
                .withVerify(options.verify())
                .withReference(
                        options.reference().map(reference -> sources.permittedPath("options.reference", reference)))
                .withSort(ConversionOptions.DEFAULT.sortMemory(), temporary)
                .withSizing(sizing);
    }

    @Override
    public void discard(Job job) {
        ObjectUri address = sources.permitted("source", job.request().source());
        try (Opened remembered = sources.remembered(address, job.source())) {
            converter.abandon(request(job, remembered.object()));
        }
    }
}
