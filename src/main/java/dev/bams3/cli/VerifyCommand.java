package dev.bams3.cli;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.export.SourceComparison;
import dev.bams3.export.Verifier;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Reads all of a dataset again and checks every checksum, record and count.",
            "With --against also reads the source again, and compares its header and every record with the dataset:",
            "then the dataset has all that the source has."
        })
@SuppressWarnings("NullAway.Init")
final class VerifyCommand implements Callable<Integer> {
    private static final String UNCHANGED = "the dataset is as it was; repeat the command to read all of it";

    private final CommandContext context;

    @Parameters(paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Option(
            names = "--against",
            paramLabel = "<source>",
            description = "The BAM, SAM or CRAM that the dataset was made of: path, address, or - for standard input.")
    private @Nullable String source;

    @Mixin
    private SourceReadOptions reading = new SourceReadOptions();

    VerifyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        OpenDataset open = context.open(dataset);
        Verifier verifier =
                new Verifier(context.environment().cpu(), context.environment().waiting());
        Verifier.Report report;
        try (ProgressDisplay display = new ProgressDisplay(context, UNCHANGED)) {
            report = verifier.verify(open, display);
        }
        if (report.isSound()) {
            context.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: sound, %,d records in %,d chunks, digest %s",
                            dataset,
                            report.records(),
                            report.chunks(),
                            report.metadata().digest().hex()));
            return source == null ? 0 : compare(open, source);
        }
        report.problems().forEach(context.out()::println);
        if (!report.isDamaged()) {
            context.err()
                    .println("bams3: " + dataset + ": not damaged, but " + report.contradictions()
                            + " blocks have records that contradict themselves, as the writer of the dataset got them;"
                            + " answers with them end as CORRUPT");
            return 1;
        }
        context.err()
                .println("bams3: " + dataset + ": damaged, " + report.problems().size()
                        + " findings; convert its source again with --replace");
        return 1;
    }

    private int compare(OpenDataset open, String text) {
        // The query of an address may be a signature.
        String shown = text.replaceFirst("^(https?://[^?]*)[?].*", "$1");
        CommandEnvironment environment = context.environment();
        ConversionOptions options = reading.applyTo(ConversionOptions.DEFAULT, context);
        SourceComparison comparison = new SourceComparison(environment.cpu(), environment.waiting());
        SourceComparison.Result result;
        try (CommandSource opened = CommandSource.open(context, "--against", text, options.temporary());
                ProgressDisplay display = new ProgressDisplay(context, UNCHANGED)) {
            result = comparison.compare(open, opened.object(), options, display);
        }
        if (result.difference().isEmpty()) {
            context.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: has what %s has: the header and %,d records, every byte",
                            dataset,
                            shown,
                            result.records()));
            return 0;
        }
        context.err()
                .println("bams3: " + dataset + ": is not what " + shown + " is: "
                        + result.difference().get());
        return 1;
    }
}
