package dev.bams3.cli;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.SimulationOptions.Qualities;
import dev.bams3.simulate.Simulator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Makes a realistic test BAM in coordinate order; the same options give the same records.")
@SuppressWarnings("NullAway.Init")
final class SimulateCommand implements Callable<Integer> {
    /** The kind of sequencing. */
    private enum Kind {
        ILLUMINA,
        RNA,
        LONG
    }

    private final CommandContext context;

    @Parameters(
            paramLabel = "<bam>",
            description = "Path, file: or s3:// address of the BAM to write, or - for standard output.")
    private String target;

    @Option(
            names = "--kind",
            defaultValue = "ILLUMINA",
            description = "${COMPLETION-CANDIDATES} (pairs, spliced pairs, long reads); default: ${DEFAULT-VALUE}.")
    private Kind kind;

    @Option(
            names = "--reference",
            paramLabel = "<name:length>",
            split = ",",
            defaultValue = "chr1:1000000,chr2:500000",
            description = "References with their lengths in bases; default: ${DEFAULT-VALUE}.")
    private List<String> references;

    @Option(names = "--depth", paramLabel = "<x>", description = "Mean reads over a position (default: 30; long 20).")
    private @Nullable Double depth;

    @Option(names = "--qualities", description = "${COMPLETION-CANDIDATES} levels (default: as is usual for the kind).")
    private @Nullable Qualities qualities;

    @Option(names = "--seed", defaultValue = "1", description = "Of all random draws; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--level",
            defaultValue = "6",
            description = "Compression, 0 (stored) to 9 (smallest); default: ${DEFAULT-VALUE}.")
    private int level;

    SimulateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (level < 0 || level > 9) {
            throw ReadsException.invalidInput("--level", level + " is not 0 to 9");
        }
        SimulationOptions options = options();
        Simulator.Totals totals;
        boolean stream;
        try (BamTarget bam = BamTarget.open(context, target, true);
                ProgressDisplay display = new ProgressDisplay(context, BamTarget.unfinished(target))) {
            stream = bam.isStream();
            OutputStream out = new BufferedOutputStream(bam, 1 << 16);
            totals = new Simulator(context.environment().cpu(), level)
                    .simulate(
                            options,
                            out,
                            (fraction, written) ->
                                    display.show("simulating", fraction, written.records(), written.bytes()));
            out.flush();
            bam.complete();
        }
        // The stream may be standard output.
        (stream ? context.err() : context.out())
                .println(String.format(
                        Locale.ROOT, "%s: %,d records, %,d bytes", target, totals.records(), totals.bytes()));
        return 0;
    }

    private SimulationOptions options() {
        List<Reference> parsed = new ArrayList<>();
        for (String text : references) {
            parsed.add(reference(text));
        }
        SimulationOptions options = switch (kind) {
            case ILLUMINA -> SimulationOptions.illumina(seed, parsed);
            case RNA -> SimulationOptions.rna(seed, parsed);
            case LONG -> SimulationOptions.longReads(seed, parsed);
        };
        options = depth == null ? options : options.withDepth(depth);
        return qualities == null ? options : options.withQualities(qualities);
    }

    private static Reference reference(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new Reference(text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw ReadsException.invalidInput(
                    "--reference", "'" + text + "' is not a name and a length: write chr1:1000000");
        }
    }
}
