package dev.bams3.simulate;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.genome.Reference;
import dev.bams3.sam.SamFlags;
import dev.bams3.simulate.Molecules.Molecule;
import dev.bams3.simulate.SimulationOptions.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/**
 * Writes a simulated BAM in coordinate order. Reads are made in windows of about {@value #MOLECULES_PER_WINDOW} fragments,
 * each a function of the seed alone, so windows are made and compressed on all cores, and memory is that of a few windows
 * whatever the size and depth.
 */
public final class Simulator {
    private static final int MOLECULES_PER_WINDOW = 2048;
    private static final int LONG_MOLECULES_PER_WINDOW = 64;
    private static final int WINDOWS_IN_FLIGHT_PER_CORE = 3;

    private final ExecutorService cpu;
    private final int level;

    /**
     * @param cpu pool with a thread a core; stays the caller's
     * @param level of compression, 0 (stored) to 9 (smallest)
     */
    public Simulator(ExecutorService cpu, int level) {
        this.cpu = cpu;
        this.level = level;
    }

    /**
     * What was written.
     *
     * @param records reads, unplaced ones included
     * @param bytes of BAM file
     */
    public record Totals(long records, long bytes) {}

    /** Gets to know how far a simulation is; called by the thread that runs it. */
    @FunctionalInterface
    public interface Listener {
        Listener NONE = (_, _) -> {};

        /**
         * @param fraction of the references that are done, 0 to 1
         * @param written so far
         */
        void progressed(double fraction, Totals written);
    }

    /** Some compressed records. */
    private record Piece(byte[] bytes, int length, int records) {}

    /** @throws IOException only when {@code out} throws it; {@code out} is not closed */
    public Totals simulate(SimulationOptions options, OutputStream out) throws IOException {
        return simulate(options, out, Listener.NONE);
    }

    /** @throws IOException only when {@code out} throws it; {@code out} is not closed */
    public Totals simulate(SimulationOptions options, OutputStream out, Listener listener) throws IOException {
        try (BgzfDeflaters deflaters =
                new BgzfDeflaters(level, Runtime.getRuntime().availableProcessors())) {
            return simulate(options, deflaters, out, listener);
        }
    }

    private Totals simulate(SimulationOptions options, BgzfDeflaters deflaters, OutputStream out, Listener listener)
            throws IOException {
        double length =
                options.references().stream().mapToLong(Reference::length).sum();
        long lengthDone = 0;
        Writer writer = new Writer(out);
        writer.write(compressed(SimulatedHeader.bytes(options), 0, deflaters));
        try (OrderedTasks<Piece> pieces = new OrderedTasks<>(cpu)) {
            long placed = 0;
            for (int reference = 0; reference < options.references().size(); reference++) {
                Molecules molecules = new Molecules(options, reference);
                int bases = options.references().get(reference).length();
                placed += molecules.count();
                long starts = molecules.starts();
                long windows = windows(options, molecules);
                for (long window = 0; window < windows; window++) {
                    int ref = reference;
                    long from = window * starts / windows;
                    long to = (window + 1) * starts / windows;
                    writer.submit(pieces, () -> window(options, ref, molecules, from, to, deflaters));
                    listener.progressed((lengthDone + (double) bases * window / windows) / length, writer.totals());
                }
                lengthDone += bases;
            }
            long unplaced = Math.round(placed * options.unplacedShare());
            for (long from = 0; from < unplaced; from += MOLECULES_PER_WINDOW) {
                long first = from;
                long last = Math.min(unplaced, from + MOLECULES_PER_WINDOW);
                writer.submit(pieces, () -> unplaced(options, first, last, deflaters));
            }
            while (pieces.pending() > 0) {
                writer.write(pieces.take());
            }
        }
        out.write(BgzfBlock.endOfFile());
        out.flush();
        return new Totals(writer.records, writer.bytes + BgzfBlock.END_OF_FILE_LENGTH);
    }

    private static final class Writer {
        private final int ahead =
                WINDOWS_IN_FLIGHT_PER_CORE * Runtime.getRuntime().availableProcessors();
        private final OutputStream out;
        private long records;
        private long bytes;

        Writer(OutputStream out) {
            this.out = out;
        }

        void submit(OrderedTasks<Piece> pieces, Callable<Piece> task) throws IOException {
            if (pieces.pending() >= ahead) {
                write(pieces.take());
            }
            pieces.submit(task);
        }

        Totals totals() {
            return new Totals(records, bytes);
        }

        void write(Piece piece) throws IOException {
            out.write(piece.bytes(), 0, piece.length());
            records += piece.records();
            bytes += piece.length();
        }
    }

    private static long windows(SimulationOptions options, Molecules molecules) {
        long perWindow = options.layout() == Layout.LONG ? LONG_MOLECULES_PER_WINDOW : MOLECULES_PER_WINDOW;
        return Math.max(1, Math.min(molecules.starts(), molecules.count() / perWindow));
    }

    /** One read of a fragment, with what it is sorted by. */
    private record Placed(int start, boolean left, Molecule molecule) {}

    private static final Comparator<Placed> IN_FILE_ORDER = Comparator.comparingInt(Placed::start)
            .thenComparingLong(placed -> placed.molecule().number())
            .thenComparing(placed -> !placed.left());

    /** The reads that begin in a window. A right read's fragment may begin as far before it as fragments reach. */
    private static Piece window(
            SimulationOptions options,
            int reference,
            Molecules molecules,
            long from,
            long to,
            BgzfDeflaters deflaters) {
        boolean paired = options.layout() == Layout.PAIRED;
        List<Placed> placed = new ArrayList<>();
        long last = molecules.firstBehind(to);
        for (long number = molecules.firstFrom(Math.max(0, from - molecules.reach())); number < last; number++) {
            Molecule molecule = molecules.molecule(number);
            if (molecule.start() >= from && molecule.start() < to) {
                placed.add(new Placed(molecule.start(), true, molecule));
            }
            int mateStart = molecule.mateStart(options.readLength());
            if (paired && mateStart >= from && mateStart < to) {
                placed.add(new Placed(mateStart, false, molecule));
            }
        }
        placed.sort(IN_FILE_ORDER);
        SimulatedBytes records = new SimulatedBytes();
        ReadMaker maker = new ReadMaker(options, reference, molecules, records);
        for (Placed read : placed) {
            if (read.left()) {
                maker.left(read.molecule());
            } else {
                maker.right(read.molecule());
            }
        }
        return compressed(records.toBytes(), placed.size(), deflaters);
    }

    private static Piece unplaced(SimulationOptions options, long first, long last, BgzfDeflaters deflaters) {
        SimulatedBytes records = new SimulatedBytes();
        ReadMaker maker = new ReadMaker(options, 0, new Molecules(options, 0), records);
        boolean paired = options.layout() == Layout.PAIRED;
        int both = SamFlags.PAIRED | SamFlags.UNMAPPED | SamFlags.MATE_UNMAPPED;
        for (long number = first; number < last; number++) {
            Draws draws = new Draws(Draws.mix(options.seed() ^ 0xABCDL, number));
            String name = "unplaced:" + number;
            String readGroup = "rg" + (1 + draws.below(options.readGroups()));
            maker.unplaced(name, paired ? both | SamFlags.FIRST_IN_PAIR : SamFlags.UNMAPPED, readGroup, draws);
            if (paired) {
                maker.unplaced(name, both | SamFlags.SECOND_IN_PAIR, readGroup, draws);
            }
        }
        return compressed(records.toBytes(), (int) (last - first) * (paired ? 2 : 1), deflaters);
    }

    private static Piece compressed(byte[] bytes, int records, BgzfDeflaters deflaters) {
        byte[] target = new byte[BgzfDeflaters.maxCompressedLength(bytes.length)];
        int length = deflaters.compress(bytes, 0, bytes.length, target, 0);
        return new Piece(target, length, records);
    }

    /** Two references of a demo's size. */
    public static List<Reference> demoReferences() {
        return List.of(new Reference("chr1", 400_000), new Reference("chr2", 200_000));
    }
}
