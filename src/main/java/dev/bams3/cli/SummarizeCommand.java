package dev.bams3.cli;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.export.Summarizer;
import dev.bams3.format.DatasetMetadata.DepthObject;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "summarize",
        mixinStandardHelpOptions = true,
        description = {
            "Adds the summary of depth to a dataset of a version that made none: depth is then exact at every scale.",
            "Reads all records once. Nothing that is there is changed, and readers go on undisturbed."
        })
@SuppressWarnings("NullAway.Init")
final class SummarizeCommand implements Callable<Integer> {
    private static final String STOPPED = "the dataset is as it was; repeat the command to read all of it";

    private final CommandContext context;

    @Parameters(paramLabel = "<dataset>", description = "Id or address of the dataset.")
    private String dataset;

    SummarizeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        DatasetLocation location = context.location(dataset);
        OpenDataset open = context.open(dataset);
        CommandEnvironment environment = context.environment();
        Summarizer summarizer = new Summarizer(environment.cpu(), environment.waiting());
        Optional<DepthObject> depth;
        try (ProgressDisplay display = new ProgressDisplay(context, STOPPED)) {
            depth = summarizer.summarize(location, open, display);
        }
        if (depth.isEmpty()) {
            context.err().println("bams3: " + dataset + ": too few reads for a summary of depth; nothing was added");
            return 0;
        }
        context.out()
                .println(String.format(
                        Locale.ROOT,
                        "%s: depth in bins of %,d positions or more, %,d bytes",
                        dataset,
                        depth.get().widths().getFirst(),
                        depth.get().length()));
        return 0;
    }
}
