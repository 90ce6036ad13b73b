package dev.bams3.query;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Exact depth from the summary of a dataset. The bins of an answer end where bins of the summary do; only where the region
 * itself begins or ends inside of one are the records over that part of it read, less than one bin of the finest scale at
 * each end. Used once, by one thread.
 */
public final class SummaryDepth {
    /** Bins of the summary to one of the answer, at least, so that those of the answer are about equally long. */
    private static final int PARTS = 8;

    /** Bins that are read at a time: some MB. */
    private static final int AT_ONCE = 1 << 17;

    /** Stored bytes of records that are read for each end of a region. */
    private static final long MAX_BYTES = 256L << 20;

    private final ReadsQuery query;
    private final OpenDataset dataset;
    private final StoredDepth depth;
    private final DepthGrid grid;
    private final Runnable watch;
    private final int reference;
    private final Bins bins;
    private final int scale;
    private final DepthBins sums;
    private final double[] bases;
    private ReadTotals totals = new ReadTotals(0, 0, 0, 0, 0);

    /**
     * @param region that lies inside its reference
     * @param wanted most bins of the answer, 1 or more
     * @param watch asks whether the answer is still wanted, see {@link OpenRead#watch}
     */
    private SummaryDepth(
            ReadsQuery query, OpenDataset dataset, StoredDepth depth, int reference, Bins wanted, Runnable watch) {
        this.query = query;
        this.dataset = dataset;
        this.depth = depth;
        this.reference = reference;
        this.watch = watch;
        grid = depth.grid();
        int most = (int) Math.max(1, Math.min(wanted.count(), wanted.region().length() / grid.width(0)));
        long width = wanted.region().length() / most;
        int found = 0;
        while (found + 1 < grid.scales()
                && grid.bins(found + 1, reference) > 0
                && grid.width(found + 1) <= width / PARTS) {
            found++;
        }
        scale = found;
        bins = wanted.count() == 0 ? wanted : new Bins(wanted.region(), most, grid.width(scale));
        sums = new DepthBins(bins.count());
        bases = new double[bins.count()];
    }

    /** Whether a summary has bins that are narrow enough for an answer. */
    public static boolean isFineEnough(StoredDepth depth, Bins wanted) {
        return wanted.count() == 0
                || wanted.region().length() / wanted.count() >= depth.grid().width(0);
    }

    /**
     * Returns the depth of a region.
     *
     * @param wanted bins of the region, which lies inside of its reference; the answer has fewer where the summary is coarser
     * @param watch asks whether the answer is still wanted, see {@link OpenRead#watch}
     */
    public static Coverage of(
            ReadsQuery query, OpenDataset dataset, StoredDepth depth, int reference, Bins wanted, Runnable watch) {
        return new SummaryDepth(query, dataset, depth, reference, wanted, watch).coverage();
    }

    private Coverage coverage() {
        if (bins.count() > 0) {
            Arrays.fill(sums.min(), Long.MAX_VALUE);
            cover(scale, (int) bins.region().start(), (int) bins.region().end());
        }
        for (int bin = 0; bin < bins.count(); bin++) {
            bases[bin] = sums.sum()[bin];
        }
        return new Coverage(
                bins,
                bases,
                DepthSource.SUMMARY,
                Optional.of(sums),
                totals.scanned(),
                totals.gets(),
                totals.bytesFetched());
    }

    /** Adds a stretch: whole bins of a scale, and what is left of it at its ends by finer ones. */
    private void cover(int by, int from, int to) {
        if (from >= to) {
            return;
        }
        if (by < 0) {
            read(from, to);
            return;
        }
        int width = grid.width(by);
        int first = Math.ceilDiv(from, width);
        boolean isWhole = to == grid.references().get(reference).length();
        int last = isWhole ? grid.bins(by, reference) : to / width;
        if (first >= last) {
            cover(by - 1, from, to);
            return;
        }
        cover(by - 1, from, first * width);
        for (int next = first; next < last; next += AT_ONCE) {
            watch.run();
            DepthBins found = depth.bins(by, reference, next, Math.min(last, next + AT_ONCE));
            for (int i = 0; i < found.count(); i++) {
                add((next + i) * width, found.covered()[i], found.sum()[i], found.min()[i], found.max()[i]);
            }
        }
        cover(by - 1, isWhole ? to : last * width, to);
    }

    /** Counts the records over a part of a bin, position by position. */
    private void read(int from, int to) {
        Interval part = new Interval(from, to);
        Region region = new Region(grid.references().get(reference).name(), from, OptionalLong.of(to));
        try (OpenRead read = query.open(dataset, new ReadSelection.Regions(List.of(region), false))) {
            read.watch(watch);
            if (read.storedBytes() > MAX_BYTES) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "start, end: more than the " + (MAX_BYTES >> 20)
                                + " MB of records that are read for the parts of bins at the ends of a region; let it "
                                + "begin and end at multiples of " + grid.width(0)
                                + " (0-based), as the summary's bins do");
            }
            Coverage counted = read.coverage(Bins.of(part, to - from));
            totals = totals.plus(
                    new ReadTotals(counted.records(), counted.records(), 0, counted.bytesFetched(), counted.gets()));
            for (int i = 0; i < to - from; i++) {
                long each = Math.round(counted.bases()[i]);
                add(from + i, each > 0 ? 1 : 0, each, each, each);
            }
        }
    }

    private void add(int start, int covered, long sum, long min, long max) {
        int bin = bins.at(start);
        sums.covered()[bin] += covered;
        sums.sum()[bin] += sum;
        sums.min()[bin] = Math.min(sums.min()[bin], min);
        sums.max()[bin] = Math.max(sums.max()[bin], max);
    }
}
