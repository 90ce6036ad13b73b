package dev.bams3.cli;

import dev.bams3.export.Verifier;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Reads all of a dataset again and checks every checksum, record and count.")
@SuppressWarnings("NullAway.Init")
final class VerifyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    VerifyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Verifier verifier =
                new Verifier(context.environment().cpu(), context.environment().waiting());
        Verifier.Report report;
        try (ProgressDisplay display = new ProgressDisplay(context)) {
            report = verifier.verify(context.open(dataset), display);
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
            return 0;
        }
        report.problems().forEach(context.out()::println);
        context.err()
                .println("bams3: " + dataset + ": damaged, " + report.problems().size()
                        + " findings; convert its source again with --replace");
        return 1;
    }
}
