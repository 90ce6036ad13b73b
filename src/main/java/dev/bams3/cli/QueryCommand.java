package dev.bams3.cli;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.query.OpenRead;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.sam.ReadSelection;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "query",
        mixinStandardHelpOptions = true,
        description = "Writes the reads that overlap regions, each once, in file order; without regions, all reads.")
@SuppressWarnings("NullAway.Init")
final class QueryCommand implements Callable<Integer> {
    private static final int BUFFER = 1 << 16;

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Parameters(
            index = "1..*",
            paramLabel = "<region>",
            arity = "0..*",
            description = "chr1, chr1:1000, chr1:1,000-2,000 (1-based, inclusive), or '*' for unplaced reads.")
    private List<String> regions = List.of();

    @Option(
            names = "--format",
            defaultValue = "SAM",
            description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private ReadFormat format;

    @Option(names = "--header-only", description = "Write the header without reads.")
    private boolean headerOnly;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "<file>",
            description = "Write to this file, which appears when it is whole; - is standard output, the default.")
    private @Nullable String output;

    @Option(
            names = "--level",
            paramLabel = "<level>",
            description = "Compression of BAM, 0 (stored) to 9 (smallest); default: BAMS3_ENCODE_LEVEL, else 1.")
    private @Nullable Integer level;

    @Mixin
    private ViewOptions view = new ViewOptions();

    QueryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        OpenDataset open = context.open(dataset);
        ReadSelection selection = selection(open.references());
        try (OpenRead read = context.environment().query().open(open, selection, view.view())) {
            if (level != null) {
                read.compressAt(checked(level));
            }
            Part part = headerOnly ? Part.HEADER : Part.WHOLE;
            if (output != null && !output.equals(CommandContext.STANDARD)) {
                toFile(read, part, Path.of(output));
            } else {
                toStandardOutput(read, part);
            }
        }
        return 0;
    }

    private int checked(int wanted) {
        if (wanted < 0 || wanted > 9) {
            throw ReadsException.invalidInput("--level", wanted + " is not 0 to 9");
        }
        if (format != ReadFormat.BAM) {
            throw ReadsException.invalidInput("--level", "is for BAM; leave it out, or add --format BAM");
        }
        return wanted;
    }

    private ReadSelection selection(ReferenceDictionary dictionary) {
        if (regions.isEmpty()) {
            return ReadSelection.everything();
        }
        List<Region> placed = regions.stream()
                .filter(text -> !text.equals("*"))
                .map(text -> region(text, dictionary))
                .toList();
        return new ReadSelection.Regions(placed, placed.size() < regions.size());
    }

    private Region region(String text, ReferenceDictionary dictionary) {
        Region region = Region.parse(text, dictionary);
        if (dictionary.indexOf(region.referenceName()).isEmpty()) {
            throw ReadsException.notFound(
                    "region",
                    dataset + " has no reference '" + region.referenceName() + "'; 'stats " + dataset
                            + "' lists the names");
        }
        return region;
    }

    private void toStandardOutput(OpenRead read, Part part) throws IOException {
        try (OutputStream out = new BufferedOutputStream(context.output(), BUFFER)) {
            read.writeTo(format, part, out);
        }
    }

    private void toFile(OpenRead read, Part part, Path path) throws IOException {
        try (OutputFile file = OutputFile.open(path)) {
            OutputStream out = new BufferedOutputStream(file, BUFFER);
            read.writeTo(format, part, out);
            out.flush();
            file.complete();
        }
    }
}
