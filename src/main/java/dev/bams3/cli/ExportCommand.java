package dev.bams3.cli;

import dev.bams3.convert.Exporter;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Gives a dataset back as the BAM it was made from: same header, same records, byte for byte.")
@SuppressWarnings("NullAway.Init")
final class ExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Parameters(index = "1", paramLabel = "<bam>", description = "Path, file: or s3:// address of the BAM to write.")
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
        ObjectUri address = ObjectUri.parse("bam", target);
        OpenDataset open = context.open(dataset);
        ObjectStore store = context.environment().store(address.root());
        if (!force && exists(store, address.key())) {
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT, address.toString(), "is there already; use --force to write over it");
        }
        try (ProgressDisplay display = new ProgressDisplay(context)) {
            new Exporter(context.environment().cpu(), context.environment().waiting())
                    .export(open, store, address.key(), level, display);
        }
        context.out()
                .println(String.format(
                        Locale.ROOT,
                        "%s: %,d records, digest %s",
                        target,
                        open.metadata().digest().records(),
                        open.metadata().digest().hex()));
        return 0;
    }

    private static boolean exists(ObjectStore store, ObjectKey key) {
        try {
            return store.head(key).size() >= 0;
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
