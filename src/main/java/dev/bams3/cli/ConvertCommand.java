package dev.bams3.cli;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.source.SourceObject;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a dataset of a BAM, SAM or CRAM.",
            "The dataset appears whole at the end, or not at all. Records that are not in coordinate order are sorted."
        })
@SuppressWarnings("NullAway.Init")
final class ConvertCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            index = "0",
            paramLabel = "<source>",
            description = "Path, file:, s3:// or https:// address of the file, or - for standard input.")
    private String source;

    @Parameters(index = "1", paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Option(names = "--replace", description = "Replace the dataset if it is there.")
    private boolean replace;

    @Option(
            names = "--no-verify",
            description = "Do not decode every block again before it is stored; about a fifth faster.")
    private boolean noVerify;

    @Option(
            names = "--level",
            paramLabel = "<level>",
            description = "Compression by zstd, 1 (fastest) to 19 (smallest); default: 1.")
    private @Nullable Integer level;

    @Option(
            names = "--sha256",
            description = "Store a SHA-256 of all records, which verify then compares; one core reads a little slower.")
    private boolean sha256;

    @Mixin
    private SourceReadOptions reading = new SourceReadOptions();

    ConvertCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        long begun = System.nanoTime();
        DatasetLocation destination = context.destination(dataset);
        ConversionOptions options = reading.applyTo(ConversionOptions.DEFAULT, context)
                .withReplace(replace)
                .withVerify(!noVerify)
                .withCompression(compression())
                .withSha256(sha256);
        CommandEnvironment environment = context.environment();
        Converter converter = new Converter(environment.program(), environment.cpu(), environment.waiting());
        try (CommandSource opened = CommandSource.open(context, "source", source, options.temporary())) {
            SourceObject object = opened.object();
            DatasetMetadata made;
            try (ProgressDisplay display = new ProgressDisplay(context, unfinished())) {
                made = converter.convert(object, destination, options, display);
            }
            context.out().println(summary(made, object.size(), (System.nanoTime() - begun) / 1e9));
            for (SourceWarning warning : made.source().warnings()) {
                context.out()
                        .println(String.format(
                                Locale.ROOT,
                                "warning: %s: %,d, such as %s",
                                warning.kind(),
                                warning.count(),
                                warning.example()));
            }
        }
        return 0;
    }

    private Compression compression() {
        if (level == null) {
            return Compression.DEFAULT;
        }
        if (level < 1 || level > Compression.MAX_LEVEL) {
            throw ReadsException.invalidInput("--level", "must be 1 to " + Compression.MAX_LEVEL + ", is " + level);
        }
        return Compression.zstd(level);
    }

    private String unfinished() {
        return dataset + " is as it was; what was written of the new one stays until 'bams3 sweep' removes it, a day"
                + " later. The same command starts over";
    }

    private String summary(DatasetMetadata made, long sourceSize, double seconds) {
        long stored = made.storedBytes();
        return String.format(
                Locale.ROOT,
                "%s: %,d records in %,d bytes%s%s, digest %s, %.1f s",
                dataset,
                made.digest().records(),
                stored,
                // Of a dataset of a version before 1.0 only the metadata is known.
                made.source().format().equals("BAMS3")
                        ? ""
                        : String.format(Locale.ROOT, " (%.2f of the source)", (double) stored / sourceSize),
                made.source().sortedOnConversion() ? ", sorted" : "",
                made.digest().hex(),
                seconds);
    }
}
