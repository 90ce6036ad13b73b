package dev.bams3.cli;

import dev.bams3.convert.Exporter;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import java.nio.file.Files;
import java.nio.file.Path;
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
        boolean stream = false;
        try (ProgressDisplay display = new ProgressDisplay(context)) {
            if (address.root() instanceof StoreUri.Folder(Path folder)) {
                Path file = folder.resolve(address.key().value());
                stream = OutputFile.isStream(file);
                toFile(open, file, display);
            } else {
                toStore(open, address, display);
            }
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

    private void toFile(OpenDataset open, Path file, ProgressDisplay display) {
        if (!force && Files.isRegularFile(file) && !OutputFile.isStream(file)) {
            throw isThere(file.toString());
        }
        try (OutputFile written = OutputFile.open(file)) {
            exporter().export(open, written::write, level, display);
            written.complete();
        }
    }

    private void toStore(OpenDataset open, ObjectUri address, ProgressDisplay display) {
        ObjectStore store = context.environment().store(address.root());
        if (!force && exists(store, address.key())) {
            throw isThere(address.toString());
        }
        try (ObjectUpload upload = store.upload(address.key())) {
            exporter().export(open, upload::write, level, display);
            upload.complete();
        }
    }

    private Exporter exporter() {
        return new Exporter(context.environment().cpu(), context.environment().waiting());
    }

    private static ReadsException isThere(String name) {
        return ReadsException.about(ErrorKind.INVALID_INPUT, name, "is there already; use --force to write over it");
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
