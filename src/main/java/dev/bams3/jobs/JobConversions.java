package dev.bams3.jobs;

import dev.bams3.convert.ConversionKey;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRequest;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.jobs.SourcePlaces.Opened;
import dev.bams3.lifecycle.Replacement;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectStore;
import java.nio.file.Path;

/**
 * Jobs as the converter has them: every process that works on one makes the same request of it.
 *
 * @param store of the datasets
 * @param sources from where they may be made
 * @param temporary folder for sorting
 */
record JobConversions(ObjectStore store, SourcePlaces sources, Path temporary) {

    /** Opens the source if it is still the one the job was accepted for; its place is checked again, as settings may have changed. */
    Opened open(Job job) {
        Opened opened = sources.open(sources.permitted("source", job.request().source()));
        if (!opened.object().etag().value().equals(job.source().etag())) {
            opened.close();
            throw ReadsException.about(
                    ErrorKind.CHANGED,
                    opened.object().name(),
                    "the source was replaced since the conversion was accepted; retry it to convert what is there now");
        }
        return opened;
    }

    /** The source as it was, whether or not it is still there. */
    Opened remembered(Job job) {
        return sources.remembered(sources.permitted("source", job.request().source()), job.source());
    }

    ConversionRequest request(Job job, Opened opened) {
        DatasetLocation destination =
                DatasetLocation.of(store, new DatasetId(job.request().dataset()));
        return new ConversionRequest(
                key(job), opened.object(), destination, options(job.request().options(), replacement(job), opened));
    }

    /** Returns the key of the conversion: the same for every attempt, another one after a retry. */
    static ConversionKey key(Job job) {
        return new ConversionKey(job.created(), job.id() + "-" + job.created().toEpochMilli());
    }

    /** Returns the dataset that existed when the job was accepted, because that is the one its submitter knew. */
    private static Replacement replacement(Job job) {
        return job.request().options().replace()
                ? new Replacement.Only(job.spec().replaces().map(ETag::new))
                : new Replacement.Nothing();
    }

    private ConversionOptions options(JobOptions options, Replacement replacement, Opened opened) {
        BlockSizing usual = BlockSizing.DEFAULT;
        BlockSizing sizing = new BlockSizing(
                usual.blockBytes(),
                options.blockRecords().orElse(usual.blockRecords()),
                usual.maxBlockBytes(),
                options.chunkBytes().orElse(usual.chunkBytes()),
                // Chunks of a size that is asked for are not made larger.
                options.chunkBytes().isPresent() ? 0 : usual.chunkStored());
        Compression compression =
                options.level().isPresent() ? Compression.zstd(options.level().getAsInt()) : Compression.DEFAULT;
        return ConversionOptions.DEFAULT
                .withCompression(compression)
                .withReplace(replacement)
                .withVerify(options.verify())
                .withAllowUnknownReferences(options.allowUnknownReferences())
                .withSha256(options.sha256())
                .withReference(options.reference().map(reference -> opened.reference("options.reference", reference)))
                .withSort(options.sort())
                .withSort(ConversionOptions.DEFAULT.sortMemory(), temporary)
                .withSizing(sizing);
    }
}
