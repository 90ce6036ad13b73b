package dev.bams3.query;

import dev.bams3.genome.Interval;

/**
 * A region cut into stretches of nearly equal length, none empty, in order.
 *
 * @param region what is cut, positions below 2^31; an empty one has no bins
 * @param count of bins, 0 to the region's length
 * @param grid bins end at multiples of it, the last one excepted; 1 or more, and not more than the mean length of a bin
 */
public record Bins(Interval region, int count, int grid) {
    public Bins {
        if (count < 0 || count > region.length() || (count == 0 && !region.isEmpty())) {
            throw new IllegalArgumentException("not bins: " + count + " of " + region);
        }
        if (grid < 1 || grid > 1 && count > 1 && grid > region.length() / count) {
            throw new IllegalArgumentException("not bins: " + count + " of " + region + " at multiples of " + grid);
        }
    }

    /** At most {@code wanted} (1 or more) bins; fewer where the region has fewer positions. */
    public static Bins of(Interval region, int wanted) {
        return new Bins(region, (int) Math.min(wanted, region.length()), 1);
    }

    /** First position of a bin; for {@code count} the region's end. */
    public int edge(int bin) {
        if (bin == 0 || bin == count) {
            return (int) (bin == 0 ? region.start() : region.end());
        }
        long edge = region.start() + bin * region.length() / count;
        return (int) (edge - edge % grid);
    }

    /** The bin of a position of the region. */
    int at(int position) {
        int bin = (int) ((position - region.start()) * count / region.length());
        // The edges are rounded down, so the position may be one further.
        while (edge(bin + 1) <= position) {
            bin++;
        }
        return bin;
    }

    /** Positions of a bin, 1 or more. */
    public int width(int bin) {
        return edge(bin + 1) - edge(bin);
    }
}
