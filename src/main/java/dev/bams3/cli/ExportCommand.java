package dev.bams3.cli;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Exporter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Gives a dataset back as the BAM it was made from: same header, same records, byte for byte.",
            "A source that had to be sorted on the way in comes back sorted."
        })
@SuppressWarnings("NullAway.Init")
final class ExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Parameters(
            index = "1",
            paramLabel = "<bam>",
            description = "Path, file: or s3:// address of the BAM to write, or - for standard output.")
    private String target;

    @Option(
            names = "--level",
            defaultValue = "6",
            description = "Compression, 0 (stored) to 9 (smallest); default: ${DEFAULT-VALUE}.")
    private int level;

    @Option(names = "--force", description = "Write over a file that is there.")
    private boolean force;

    ExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (level < 0 || level > 9) {
            throw ReadsException.invalidInput("--level", level + " is not 0 to 9");
        }
        OpenDataset open = context.open(dataset);
        boolean stream;
        try (ProgressDisplay display = new ProgressDisplay(context, BamTarget.unfinished(target));
                BamTarget written = BamTarget.open(context, target, force)) {
            stream = written.isStream();
            exporter().export(open, written::write, level, display);
            written.complete();
        }
        // The stream may be standard output.
        (stream ? context.err() : context.out())
                .println(String.format(
                        Locale.ROOT,
                        "%s: %,d records, digest %s",
                        target,
                        open.metadata().digest().records(),
                        open.metadata().digest().hex()));
        return 0;
    }

    private Exporter exporter() {
        return new Exporter(context.environment().cpu(), context.environment().waiting());
    }
}
