package dev.bams3.cli;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.query.Bins;
import dev.bams3.query.Coverage;
import dev.bams3.query.OpenRead;
import dev.bams3.query.SummaryDepth;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "coverage",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the mean depth of regions as bedGraph: name, start (0-based), end, depth.",
            "Depth counts what samtools depth counts. Of a dataset with a summary of depth, long stretches",
            "end at multiples of the width of its bins, and few records are read.",
            "Without regions, one line for each reference with reads."
        })
final class CoverageCommand implements Callable<Integer> {
    private static final int MAX_BINS = 1_000_000;

    private final CommandContext context;

    @Mixin
    private DatasetRegions regions = new DatasetRegions();

    @Option(
            names = "--bins",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "Cut each region into so many stretches, a line each; default: ${DEFAULT-VALUE}.")
    private int bins;

    @Option(
            names = "--estimate",
            description = "Spread each block's bases evenly over its stretch, from the index alone; reads no records.")
    private boolean estimate;

    CoverageCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (bins < 1 || bins > MAX_BINS) {
            throw ReadsException.invalidInput("--bins", bins + " is not 1 to " + MAX_BINS);
        }
        OpenDataset open = context.open(regions.dataset());
        List<Region> wanted = regions.placed(open.references(), context.input());
        for (Region region : wanted.isEmpty() ? used(open) : wanted) {
            print(open, region);
        }
        return 0;
    }

    private static List<Region> used(OpenDataset open) {
        List<Reference> references = open.references().references();
        return references.stream()
                .filter(reference -> open.totals()
                                .get(open.references().indexOf(reference.name()).orElseThrow())
                                .mapped()
                        > 0)
                .map(reference -> Region.whole(reference.name()))
                .toList();
    }

    private void print(OpenDataset open, Region region) {
        int reference = open.references().indexOf(region.referenceName()).orElseThrow();
        Bins cut = Bins.of(region.clip(open.references().get(reference).length()), bins);
        Coverage coverage;
        try (OpenRead read =
                context.environment().query().open(open, new ReadSelection.Regions(List.of(region), false))) {
            Optional<StoredDepth> summary = estimate ? Optional.empty() : open.depth();
            coverage = summary.filter(depth -> SummaryDepth.isFineEnough(depth, cut))
                    .map(depth -> SummaryDepth.of(context.environment().query(), open, depth, reference, cut, () -> {}))
                    .orElseGet(() -> estimate ? read.estimatedCoverage(cut) : read.coverage(cut));
        }
        Bins found = coverage.bins();
        for (int bin = 0; bin < found.count(); bin++) {
            context.out()
                    .print(String.format(
                            Locale.ROOT,
                            "%s\t%d\t%d\t%.3f\n",
                            region.referenceName(),
                            found.edge(bin),
                            found.edge(bin + 1),
                            coverage.depth(bin)));
        }
    }
}
