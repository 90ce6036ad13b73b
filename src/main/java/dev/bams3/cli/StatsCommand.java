package dev.bams3.cli;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.Flagstat;
import dev.bams3.format.Flagstat.Category;
import dev.bams3.format.ReadsTotals;
import dev.bams3.genome.Reference;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Counts of a dataset, from its metadata: what samtools idxstats and flagstat print.")
@SuppressWarnings("NullAway.Init")
final class StatsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @ArgGroup
    private Choice choice = new Choice();

    static final class Choice {
        @Option(names = "--idxstats", description = "Reads of each reference only, as samtools idxstats prints them.")
        private boolean idxstats;

        @Option(names = "--flagstat", description = "Reads by flag only, as samtools flagstat prints them.")
        private boolean flagstat;

        @Option(names = "--json", description = "Everything as one JSON document.")
        private boolean json;
    }

    StatsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        OpenDataset opened = context.open(dataset);
        DatasetMetadata metadata = opened.metadata();
        PrintStream out = context.out();
        if (choice.json) {
            out.println(StatsJson.text(opened));
            return 0;
        }
        boolean all = !choice.idxstats && !choice.flagstat;
        if (all) {
            summary(metadata, out);
        }
        if (all || choice.flagstat) {
            flagstat(metadata.flagstat(), out);
        }
        if (all) {
            out.println();
        }
        if (all || choice.idxstats) {
            idxstats(opened, out);
        }
        return 0;
    }

    private static void summary(DatasetMetadata metadata, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "# %s, converted %s from %s%n# %d chunks, %d bytes, digest %s%n%n",
                metadata.uuid(),
                metadata.created(),
                metadata.source().uri(),
                metadata.chunks().count(),
                metadata.storedBytes(),
                metadata.digest().hex());
    }

    private static void idxstats(OpenDataset dataset, PrintStream out) {
        List<Reference> references = dataset.references().references();
        List<ReadsTotals> totals = dataset.totals();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < references.size(); i++) {
            lines.append(references.get(i).name() + "\t" + references.get(i).length() + "\t"
                    + totals.get(i).mapped() + "\t" + totals.get(i).unmapped() + "\n");
        }
        out.print(lines + "*\t0\t0\t" + dataset.metadata().unplaced().records() + "\n");
    }

    /** The lines of samtools 1.13 and later. */
    private static void flagstat(Flagstat counts, PrintStream out) {
        line(out, counts, Category.TOTAL, "in total (QC-passed reads + QC-failed reads)");
        line(out, counts, Category.PRIMARY, "primary");
        line(out, counts, Category.SECONDARY, "secondary");
        line(out, counts, Category.SUPPLEMENTARY, "supplementary");
        line(out, counts, Category.DUPLICATES, "duplicates");
        line(out, counts, Category.PRIMARY_DUPLICATES, "primary duplicates");
        line(out, counts, Category.MAPPED, "mapped " + shares(counts, Category.MAPPED, Category.TOTAL));
        line(
                out,
                counts,
                Category.PRIMARY_MAPPED,
                "primary mapped " + shares(counts, Category.PRIMARY_MAPPED, Category.PRIMARY));
        line(out, counts, Category.PAIRED, "paired in sequencing");
        line(out, counts, Category.READ_1, "read1");
        line(out, counts, Category.READ_2, "read2");
        line(
                out,
                counts,
                Category.PROPERLY_PAIRED,
                "properly paired " + shares(counts, Category.PROPERLY_PAIRED, Category.PAIRED));
        line(out, counts, Category.BOTH_MAPPED, "with itself and mate mapped");
        line(out, counts, Category.SINGLETONS, "singletons " + shares(counts, Category.SINGLETONS, Category.PAIRED));
        line(out, counts, Category.MATE_ON_OTHER_REFERENCE, "with mate mapped to a different chr");
        line(out, counts, Category.MATE_ON_OTHER_REFERENCE_MAPQ_5, "with mate mapped to a different chr (mapQ>=5)");
    }

    private static void line(PrintStream out, Flagstat counts, Category category, String text) {
        out.print(counts.passed(category) + " + " + counts.failed(category) + " " + text + "\n");
    }

    private static String shares(Flagstat counts, Category part, Category whole) {
        return "(" + share(counts.passed(part), counts.passed(whole)) + " : "
                + share(counts.failed(part), counts.failed(whole)) + ")";
    }

    /** Formats a percentage in single, then double precision, as samtools flagstat computes it: the text is the same, rounding included. */
    private static String share(long part, long whole) {
        return whole == 0 ? "N/A" : String.format(Locale.ROOT, "%.2f%%", (float) part / whole * 100.0);
    }
}
