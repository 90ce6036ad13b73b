package dev.bams3.cli;

import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.Cohorts;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.query.ReadsAnswer;
import dev.bams3.sam.RecordView;
import dev.bams3.storage.ObjectUri;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command runs.
 *
 * @param environment stores and threads
 * @param input standard input
 * @param output standard output: results only
 * @param out the same, for text; flushed at the end, and not to be used with {@code output} in one command
 * @param err standard error: progress and failures
 * @param terminal whether {@code err} is a terminal
 */
record CommandContext(
        CommandEnvironment environment,
        InputStream input,
        OutputStream output,
        PrintStream out,
        PrintStream err,
        boolean terminal) {
    /** The name of standard input and standard output on a command line. */
    static final String STANDARD = "-";

    /** A dataset by id, below the configured store, or by the address or path of its own folder. */
    DatasetLocation location(String text) {
        boolean path = text.startsWith("/") || text.startsWith("./") || text.startsWith("../");
        if (path || text.startsWith("s3:") || text.startsWith("file:") || text.startsWith("memory:")) {
            ObjectUri address = ObjectUri.parse("dataset", withoutClosingSlash(text));
            return new DatasetLocation(
                    environment.store(address.root()), address.key().value());
        }
        return DatasetLocation.of(environment.store(environment.datasets()), new DatasetId(text));
    }

    /**
     * The place of a dataset that is to be made.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT for a name that means something else to the service
     */
    DatasetLocation destination(String text) {
        DatasetLocation location = location(text);
        ReservedNames.checkPrefix("dataset", location.prefix());
        return location;
    }

    /** @throws dev.bams3.error.ReadsException NOT_FOUND, CORRUPT or what the store says */
    OpenDataset open(String text) {
        DatasetLocation location = location(text);
        return new Datasets(location.store(), DatasetCacheSettings.DEFAULT).open(location);
    }

    /**
     * Plans reads of a dataset, or of several that a pattern or the name of a cohort stands for.
     *
     * @throws dev.bams3.error.ReadsException what {@link DatasetRegions#selection} and the stores say
     */
    ReadsAnswer read(DatasetRegions regions, RecordView view) throws IOException {
        if (!CohortName.isCohort(regions.dataset())) {
            OpenDataset open = open(regions.dataset());
            return environment.query().open(open, regions.selection(open.references(), input), view);
        }
        Cohorts cohorts = environment.cohorts();
        CohortName name = CohortName.parse(regions.dataset());
        OpenCohort open = cohorts.open(name, cohorts.members(name, _ -> true), () -> {});
        return environment.query().open(open, regions.selection(open.references(), input), view, () -> {});
    }

    private static String withoutClosingSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
