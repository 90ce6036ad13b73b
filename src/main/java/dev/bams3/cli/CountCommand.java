package dev.bams3.cli;

import dev.bams3.query.ReadsAnswer;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "count",
        mixinStandardHelpOptions = true,
        description = {
            "Counts the reads that overlap regions, each once; without regions, all reads.",
            "Without criteria only the blocks at the edges of the regions are read."
        })
final class CountCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private DatasetRegions regions = new DatasetRegions();

    @Mixin
    private ViewOptions view = new ViewOptions();

    CountCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        try (ReadsAnswer read = context.read(regions, view.view())) {
            context.out().println(read.count().records());
        }
        return 0;
    }
}
