package dev.bams3.cli;

import dev.bams3.lifecycle.Retention;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        description = {
            "Removes what no reader can reach any more: replaced generations,",
            "conversions that ended without a dataset, uploads that were abandoned."
        })
@SuppressWarnings("NullAway.Init")
final class SweepCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofHours(24);

    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "<store>",
            description = "Root of the datasets, file:/folder or s3://bucket/prefix (default: that of BAMS3_STORE).")
    private @Nullable String store;

    @Option(names = "--dry-run", description = "Say what would be removed, and remove nothing.")
    private boolean dryRun;

    @Option(
            names = "--grace",
            paramLabel = "<time>",
            description = "Remove only what nothing has changed of for so long, 1h or more (default: 24h).")
    private @Nullable Duration grace;

    SweepCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        StoreUri root = store == null ? context.environment().datasets() : StoreUri.parse("store", store);
        ObjectStore objects = context.environment().store(root);
        List<Retention.Finding> findings =
                new Retention(objects, context.environment().waiting()).sweep(grace == null ? GRACE : grace, dryRun);
        int objectsFound = 0;
        int removed = 0;
        long bytes = 0;
        for (Retention.Finding finding : findings) {
            context.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s\t%s\t%d objects\t%d bytes\t%s%s",
                            finding.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                            finding.place(),
                            finding.objects(),
                            finding.bytes(),
                            finding.lastChange(),
                            dryRun || finding.removed() >= finding.objects() ? "" : "\tnot all removed"));
            objectsFound += finding.objects();
            removed += finding.removed();
            bytes += finding.bytes();
        }
        context.out()
                .println(String.format(
                        Locale.ROOT,
                        dryRun
                                ? "%d findings with %d objects, %d bytes; nothing was removed"
                                : "%d findings with %d objects, %d bytes; " + removed + " removed",
                        findings.size(),
                        objectsFound,
                        bytes));
        return 0;
    }
}
