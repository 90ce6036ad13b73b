package dev.bams3.cli;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.storage.StoreUri;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the ids of the datasets of a store, in order.")
final class ListCommand implements Callable<Integer> {
    private static final int PAGE = 1000;

    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "<store>",
            description = "Root of the datasets, file:/folder or s3://bucket/prefix (default: that of BAMS3_STORE).")
    private @Nullable String store;

    @Option(names = "--prefix", paramLabel = "<text>", defaultValue = "", description = "Only ids that begin so.")
    private String prefix = "";

    @Option(
            names = {"-l", "--long"},
            description = "With reads, stored bytes and time of conversion; opens each dataset.")
    private boolean isLong;

    ListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        StoreUri root = store == null ? context.environment().datasets() : StoreUri.parse("store", store);
        Datasets datasets = new Datasets(context.environment().store(root), DatasetCacheSettings.DEFAULT);
        if (!DatasetId.canBegin(prefix)) {
            throw ReadsException.invalidInput("--prefix", "no id begins with '" + prefix + "'");
        }
        int broken = 0;
        String last = "";
        List<DatasetId> page;
        do {
            page = datasets.list(prefix, last, PAGE);
            for (DatasetId id : page) {
                broken += print(datasets, id) ? 0 : 1;
                last = id.value();
            }
        } while (page.size() == PAGE);
        return broken == 0 ? 0 : 1;
    }

    /** Returns false for a dataset that cannot be opened; the others are listed all the same. */
    private boolean print(Datasets datasets, DatasetId id) {
        if (!isLong) {
            context.out().println(id.value());
            return true;
        }
        try {
            datasets.find(id).ifPresent(dataset -> {
                DatasetMetadata metadata = dataset.metadata();
                context.out()
                        .println(id.value() + "\t" + metadata.digest().records() + "\t" + metadata.storedBytes() + "\t"
                                + metadata.created());
            });
            return true;
        } catch (ReadsException e) {
            context.err().println("bams3: " + e.getMessage());
            return false;
        }
    }
}
