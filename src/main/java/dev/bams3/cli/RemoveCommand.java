package dev.bams3.cli;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.lifecycle.Retention;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Removes a dataset for ever: readers lose it at once. Its source is not touched.")
@SuppressWarnings("NullAway.Init")
final class RemoveCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    @Option(names = "--yes", description = "Remove it; without this option, only say what would be removed.")
    private boolean yes;

    RemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        DatasetLocation location = context.location(dataset);
        if (!yes) {
            long records = context.open(dataset).metadata().digest().records();
            throw ReadsException.invalidInput(
                    "--yes", "is needed to remove " + location + " with its " + records + " reads for ever");
        }
        DatasetId id = DatasetId.ofPrefix(location.prefix())
                .orElseThrow(() -> ReadsException.about(ErrorKind.NOT_FOUND, location.toString(), "no such dataset"));
        int removed = new Retention(location.store(), context.environment().waiting()).remove(id);
        context.out().println(dataset + ": " + removed + " objects removed");
        return 0;
    }
}
