package dev.bams3.cli;

import dev.bams3.convert.ShardResult;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.JobError;
import dev.bams3.jobs.JobId;
import dev.bams3.jobs.ShardWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert-shard",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = {
            "Converts a shard of a conversion that the service runs; what its pods call.",
            "Exit code " + ShardWorker.FOR_GOOD + " says that running it again would not help."
        })
@SuppressWarnings("NullAway.Init")
final class ConvertShardCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "<conversion>", description = "Id of the conversion.")
    private String conversion;

    @Parameters(
            index = "1",
            paramLabel = "<submitted>",
            description = "When it was submitted, milliseconds since 1970.")
    private long submitted;

    @Option(
            names = "--index",
            paramLabel = "<n>",
            defaultValue = "${env:JOB_COMPLETION_INDEX}",
            required = true,
            description = "Number of the shard, 0 for the first (default: what Kubernetes says).")
    private int index;

    @Option(names = "--report", paramLabel = "<file>", description = "Gets a failure as JSON.")
    private @Nullable Path report;

    ConvertShardCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        JobError error;
        try {
            ShardResult result = context.environment().shardWorker().run(new JobId(conversion), submitted, index);
            context.out()
                    .println("shard " + index + ": " + result.digest().records() + " records, " + result.chunks()
                            + " chunks");
            return 0;
        } catch (ReadsException e) {
            context.err().println("bams3: " + e.getMessage());
            error = JobError.of(e);
        } catch (RuntimeException e) {
            e.printStackTrace(context.err());
            error = JobError.of(ReadsException.defect(e));
        }
        if (report != null) {
            Files.writeString(report, error.toJson());
        }
        return error.isPassing() ? 1 : ShardWorker.FOR_GOOD;
    }
}
