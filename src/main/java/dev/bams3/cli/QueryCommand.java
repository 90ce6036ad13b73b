package dev.bams3.cli;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ReadsException;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.ReadsAnswer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "query",
        description = {
            "Writes the reads that overlap regions, each once, in file order; without regions, all reads.",
            "In place of a dataset, a pattern as 'cohort-1/*' (** also for /) or 'cohort:<name>' stands for several, whose",
            "reads are merged as samtools merge does.",
            "The letters of options are those of samtools view."
        })
final class QueryCommand implements Callable<Integer> {
    private static final int BUFFER = 1 << 16;
    private static final int MAX_LEVEL = 9;
    private static final int MAX_THREADS = 255;

    private final CommandContext context;

    @Mixin
    private DatasetRegions regions = new DatasetRegions();

    @Option(
            names = "--format",
            description = "${COMPLETION-CANDIDATES}; default: by the ending of the output file, else SAM.")
    private @Nullable ReadFormat format;

    @Option(
            names = {"-b", "--bam"},
            description = "Write BAM.")
    private boolean bam;

    @Option(
            names = {"-c", "--count"},
            description = "Print only how many reads there are.")
    private boolean count;

    @Option(
            names = {"-h", "--with-header"},
            description = "Write the header before the reads; this is the default.")
    private boolean withHeader;

    @Option(names = "--no-header", description = "Write SAM or TSV without its header.")
    private boolean noHeader;

    @Option(
            names = {"-H", "--header-only"},
            description = "Write the header without reads.")
    private boolean headerOnly;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "<file>",
            description = "Write to this file, which appears when it is whole; - is standard output, the default.")
    private @Nullable String output;

    @Option(
            names = {"-@", "--threads"},
            paramLabel = "<n>",
            description = "Threads beside the first one, 0 to 255; default: one a core.")
    private @Nullable Integer threads;

    @Option(
            names = "--level",
            paramLabel = "<level>",
            description = "Compression of BAM, 0 (stored) to 9 (smallest); default: BAMS3_ENCODE_LEVEL, else 1.")
    private @Nullable Integer level;

    @Option(
            names = "--end-line",
            description = "End NDJSON with a line that has the number of reads: {\"@end\":{\"records\":2030}}.")
    private boolean endLine;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Option(names = "--help", usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Print version information and exit.")
    private boolean version;

    QueryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        checkTogether();
        if (threads != null) {
            context.environment().useThreads(1 + within("--threads", threads, MAX_THREADS));
        }
        try (ReadsAnswer read = context.read(regions, view.view())) {
            if (level != null) {
                read.compressAt(within("--level", level, MAX_LEVEL));
            }
            read.writeEndLine(endLine);
            write(read);
        }
        return 0;
    }

    private void write(ReadsAnswer read) throws IOException {
        if (count) {
            context.out().println(read.count().records());
        } else if (output == null || output.equals(CommandContext.STANDARD)) {
            toStandardOutput(read, part());
        } else {
            toFile(read, part(), Path.of(output));
        }
    }

    private Part part() {
        return headerOnly ? Part.HEADER : new Part(!noHeader, 0, Integer.MAX_VALUE, true);
    }

    /** Names of files say the format only where no option does. */
    private ReadFormat format() {
        if (bam) {
            return ReadFormat.BAM;
        }
        if (format != null || output == null) {
            return format == null ? ReadFormat.SAM : format;
        }
        String ending = output.substring(output.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
        if (ending.equals("ARROWS")) {
            return ReadFormat.ARROW;
        }
        return Arrays.stream(ReadFormat.values())
                .filter(known -> known.name().equals(ending))
                .findFirst()
                .orElse(ReadFormat.SAM);
    }

    private void checkTogether() {
        if (format == null && output != null && output.toLowerCase(Locale.ROOT).endsWith(".arrow")) {
            throw ReadsException.invalidInput(
                    "--output",
                    "'" + output + "' ends like a file of Arrow, and this command writes streams: name it .arrows");
        }
        if (bam && format != null && format != ReadFormat.BAM) {
            throw ReadsException.invalidInput("--bam", "contradicts --format " + format + "; leave one of them out");
        }
        if (noHeader && (headerOnly || withHeader)) {
            throw ReadsException.invalidInput("--no-header", "contradicts the option that asks for the header");
        }
        if (noHeader && format() != ReadFormat.SAM && format() != ReadFormat.TSV) {
            throw ReadsException.invalidInput("--no-header", "is for SAM and TSV, not for " + format());
        }
        if (endLine && (count || format() != ReadFormat.NDJSON)) {
            throw ReadsException.invalidInput("--end-line", "is for NDJSON; leave it out, or add --format NDJSON");
        }
        if (count && (output != null || headerOnly || bam || format != null)) {
            throw ReadsException.invalidInput("--count", "prints a number; leave out what says how to write reads");
        }
        if (level != null && format() != ReadFormat.BAM) {
            throw ReadsException.invalidInput("--level", "is for BAM; leave it out, or add --format BAM");
        }
    }

    private static int within(String option, int value, int max) {
        if (value < 0 || value > max) {
            throw ReadsException.invalidInput(option, value + " is not 0 to " + max);
        }
        return value;
    }

    private void toStandardOutput(ReadsAnswer read, Part part) throws IOException {
        try (OutputStream out = new BufferedOutputStream(context.output(), BUFFER)) {
            read.writeTo(format(), part, out);
        }
    }

    private void toFile(ReadsAnswer read, Part part, Path path) throws IOException {
        try (OutputFile file = OutputFile.open(path)) {
            OutputStream out = new BufferedOutputStream(file, BUFFER);
            read.writeTo(format(), part, out);
            out.flush();
            file.complete();
        }
    }
}
