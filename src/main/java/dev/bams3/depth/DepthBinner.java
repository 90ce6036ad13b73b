package dev.bams3.depth;

import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pages of a depth summary of stretches in file order: the bins of the finest scale first, those of each other one
 * of the bins before. Memory: a page of each scale. Used once, by one thread.
 */
public final class DepthBinner implements DepthMerger.Taker {
    private final DepthGrid grid;
    private final Taker taker;
    private final Scale finest;

    /** Takes pages; of each scale in ascending order, and only those in which a position is covered. */
    @FunctionalInterface
    public interface Taker {
        /** @param number of the page among those of all scales */
        void page(long number, DepthBins bins);
    }

    public DepthBinner(DepthGrid grid, Taker taker) {
        this.grid = grid;
        this.taker = taker;
        @Nullable Scale coarser = null;
        for (int scale = grid.scales() - 1; scale > 0; scale--) {
            coarser = new Scale(scale, coarser);
        }
        finest = new Scale(0, coarser);
    }

    @Override
    public void stretch(int reference, int from, int to, long depth) {
        int width = grid.width(0);
        int start = from;
        while (start < to) {
            int bin = start / width;
            int end = (int) Math.min(to, (bin + 1L) * width);
            finest.add(reference, bin * width, end - start, depth * (end - start), depth, depth);
            start = end;
        }
    }

    /** Gives what is left; after the last stretch. */
    public void finish() {
        finest.finish();
    }

    /** The bin and the page at hand of one scale. */
    private final class Scale {
        private final int scale;
        private final int width;
        private final @Nullable Scale coarser;
        private int reference = -1;
        private int bin = -1;
        private int covered;
        private long sum;
        private long min;
        private long max;
        private long page = -1;
        private @Nullable DepthBins bins;

        Scale(int scale, @Nullable Scale coarser) {
            this.scale = scale;
            this.width = grid.width(scale);
            this.coarser = coarser;
        }

        /**
         * Adds a part of one bin.
         *
         * @param start position that lies in the bin
         */
        void add(int newReference, int start, int moreCovered, long moreSum, long newMin, long newMax) {
            int newBin = start / width;
            if (newBin != bin || newReference != reference) {
                endBin();
                reference = newReference;
                bin = newBin;
                min = Long.MAX_VALUE;
            }
            covered += moreCovered;
            sum += moreSum;
            min = Math.min(min, newMin);
            max = Math.max(max, newMax);
        }

        private void endBin() {
            if (covered == 0) {
                return;
            }
            int start = bin * width;
            long least = covered == grid.positions(scale, reference, start) ? min : 0;
            long number = grid.firstBin(scale, reference) + bin;
            DepthBins into = page(grid.page(scale, number));
            int index = (int) (number % DepthGrid.PAGE_BINS);
            into.covered()[index] = covered;
            into.sum()[index] = sum;
            into.min()[index] = least;
            into.max()[index] = max;
            if (coarser != null && grid.bins(scale + 1, reference) > 0) {
                coarser.add(reference, start, covered, sum, least, max);
            }
            covered = 0;
            sum = 0;
            max = 0;
        }

        private DepthBins page(long wanted) {
            DepthBins current = bins;
            if (current != null && page == wanted) {
                return current;
            }
            endPage();
            DepthBins begun = new DepthBins(grid.binsOf(wanted));
            bins = begun;
            page = wanted;
            return begun;
        }

        private void endPage() {
            if (bins != null) {
                taker.page(page, bins);
                bins = null;
            }
        }

        void finish() {
            endBin();
            endPage();
            if (coarser != null) {
                coarser.finish();
            }
        }
    }
}
