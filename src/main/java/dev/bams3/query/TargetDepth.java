package dev.bams3.query;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Interval;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.AlignedRuns;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Exact depth of many targets, position by position, from the records. Targets are cut into pieces, which are counted in the
 * order of the file, as many at a time as memory permits. Used once, by one thread.
 */
public final class TargetDepth {
    /** Positions that are counted at a time: 8 MB of counters. */
    private static final int POSITIONS_AT_ONCE = 1 << 20;

    /** Stored bytes that are read for one answer. */
    private static final long MAX_BYTES = 256L << 20;

    private final ReadsQuery query;
    private final OpenDataset dataset;
    private final List<Target> targets;
    private final Runnable watch;
    private long bytes;

    /**
     * The depth of a target.
     *
     * @param positions of it that its reference has
     */
    public static final class Target {
        private final Region region;
        private final Interval positions;
        private final int reference;
        private final long[] thresholds;
        private final long[] reached;
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max;

        Target(Region region, Interval positions, int reference, long[] thresholds) {
            this.region = region;
            this.positions = positions;
            this.reference = reference;
            this.thresholds = thresholds;
            reached = new long[thresholds.length];
        }

        public Region region() {
            return region;
        }

        /** The positions of the region that its reference has. */
        public Interval positions() {
            return positions;
        }

        /** Returns the mean depth; not a number where there are no positions. */
        public double mean() {
            return (double) sum / positions.length();
        }

        public long min() {
            return positions.isEmpty() ? 0 : min;
        }

        public long max() {
            return max;
        }

        /** Returns the share of positions that are as deep as a threshold, by its number; not a number where there are none. */
        public double breadth(int threshold) {
            return (double) reached[threshold] / positions.length();
        }

        private void add(long depth) {
            sum += depth;
            min = Math.min(min, depth);
            max = Math.max(max, depth);
            for (int i = 0; i < thresholds.length; i++) {
                reached[i] += depth >= thresholds[i] ? 1 : 0;
            }
        }
    }

    /** Positions of a target that are counted together. */
    private record Piece(Target target, int from, int to) {}

    private TargetDepth(ReadsQuery query, OpenDataset dataset, List<Target> targets, Runnable watch) {
        this.query = query;
        this.dataset = dataset;
        this.targets = targets;
        this.watch = watch;
    }

    /**
     * Counts the depth of targets.
     *
     * @param regions of known references, in any order, that may overlap
     * @param watch asks whether the answer is still wanted, see {@link OpenRead#watch}
     * @return a target for each region, in the same order
     * @throws ReadsException NOT_FOUND (field `referenceName`) for a name that the dataset does not have; TOO_LARGE for more
     *     records than are read for one answer
     */
    public static List<Target> of(
            ReadsQuery query, OpenDataset dataset, List<Region> regions, long[] thresholds, Runnable watch) {
        ReferenceDictionary references = dataset.references();
        List<Target> targets = new ArrayList<>();
        for (Region region : regions) {
            int reference = references
                    .indexOf(region.referenceName())
                    .orElseThrow(() -> ReadsException.notFound(
                            "referenceName", "the dataset has no reference '" + region.referenceName() + "'"));
            Interval positions = region.clip(references.get(reference).length());
            targets.add(new Target(region, positions, reference, thresholds));
        }
        new TargetDepth(query, dataset, targets, watch).count();
        return targets;
    }

    private void count() {
        List<Target> ordered = new ArrayList<>(targets);
        ordered.sort(
                Comparator.comparingInt((Target target) -> target.reference).thenComparing(target -> target.positions));
        List<Piece> batch = new ArrayList<>();
        long positions = 0;
        for (Target target : ordered) {
            int from = (int) target.positions.start();
            while (from < target.positions.end()) {
                int to = (int) Math.min(target.positions.end(), from + POSITIONS_AT_ONCE - positions);
                batch.add(new Piece(target, from, to));
                positions += to - from;
                from = to;
                if (positions == POSITIONS_AT_ONCE) {
                    count(batch);
                    batch = new ArrayList<>();
                    positions = 0;
                }
            }
        }
        if (!batch.isEmpty()) {
            count(batch);
        }
    }

    private void count(List<Piece> batch) {
        List<Stretch> stretches = stretches(batch);
        ReferenceDictionary references = dataset.references();
        List<Region> regions = stretches.stream()
                .map(stretch ->
                        new Region(references.get(stretch.reference).name(), stretch.from, OptionalLong.of(stretch.to)))
                .toList();
        try (OpenRead read = query.open(dataset, new ReadSelection.Regions(regions, false))) {
            read.watch(watch);
            bytes += read.storedBytes();
            if (bytes > MAX_BYTES) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "regions: more than the " + (MAX_BYTES >> 20)
                                + " MB of records that are read for one answer; ask for fewer or smaller regions");
            }
            read.show(new Counter(stretches));
        }
        for (Piece piece : batch) {
            Stretch stretch = stretches.get(last(stretches, piece.target.reference, piece.from));
            stretch.addTo(piece);
        }
    }

    /** Disjoint stretches that have all positions of some pieces, in file order. */
    private static List<Stretch> stretches(List<Piece> pieces) {
        List<Piece> ordered = new ArrayList<>(pieces);
        ordered.sort(
                Comparator.comparingInt((Piece piece) -> piece.target.reference).thenComparingInt(piece -> piece.from));
        List<Stretch> stretches = new ArrayList<>();
        int reference = -1;
        int from = 0;
        int to = 0;
        for (Piece piece : ordered) {
            if (piece.target.reference == reference && piece.from <= to) {
                to = Math.max(to, piece.to);
                continue;
            }
            if (reference >= 0) {
                stretches.add(new Stretch(reference, from, to));
            }
            reference = piece.target.reference;
            from = piece.from;
            to = piece.to;
        }
        stretches.add(new Stretch(reference, from, to));
        return stretches;
    }

    /** The last stretch that begins at a place or before; -1 where there is none. */
    private static int last(List<Stretch> stretches, int reference, int position) {
        int low = 0;
        int high = stretches.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            Stretch stretch = stretches.get(middle);
            boolean begins =
                    stretch.reference < reference || stretch.reference == reference && stretch.from <= position;
            if (begins) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Positions of one reference, and where their depth rises and falls. */
    private static final class Stretch {
        private final int reference;
        private final int from;
        private final int to;
        private final long[] changes;
        private boolean isSummed;

        Stretch(int reference, int from, int to) {
            this.reference = reference;
            this.from = from;
            this.to = to;
            changes = new long[to - from + 1];
        }

        private void add(int first, int last) {
            int begin = Math.max(first, from);
            int end = Math.min(last, to);
            if (begin < end) {
                changes[begin - from]++;
                changes[end - from]--;
            }
        }

        private void addTo(Piece piece) {
            if (!isSummed) {
                Arrays.parallelPrefix(changes, Long::sum);
                isSummed = true;
            }
            for (int position = piece.from; position < piece.to; position++) {
                piece.target.add(changes[position - from]);
            }
        }
    }

    /** The form of an answer that has no bytes, only the changes of depth in some stretches. */
    private static final class Counter implements RecordEncoder {
        private static final EncodedBytes NONE = new EncodedBytes(new byte[0], 0);

        private final List<Stretch> stretches;

        Counter(List<Stretch> stretches) {
            this.stretches = stretches;
        }

        @Override
        public void block(byte[] records, int offset, int length, OutputBuffer out) {
            int end = offset + length;
            synchronized (stretches) {
                for (int at = offset; at < end; at += BamRecord.length(records, at)) {
                    int reference = BamRecord.referenceIndex(records, at);
                    AlignedRuns.of(records, at, Integer.MAX_VALUE, (from, to) -> add(reference, from, to));
                }
            }
        }

        private void add(int reference, int from, int to) {
            for (int i = last(stretches, reference, to - 1); i >= 0; i--) {
                Stretch stretch = stretches.get(i);
                if (stretch.reference != reference || stretch.to <= from) {
                    return;
                }
                stretch.add(from, to);
            }
        }

        @Override
        public EncodedBytes header() {
            return NONE;
        }

        @Override
        public EncodedBytes end(long records) {
            return NONE;
        }
    }
}
