package dev.bams3.query;

import dev.bams3.genome.Interval;

/**
 * A region cut into stretches of nearly equal length, none empty, in order.
 *
 * @param region what is cut, positions below 2^31; an empty one has no bins
 * @param count of bins, 0 to the region's length
 */
public record Bins(Interval region, int count) {
    public Bins {
        if (count < 0 || count > region.length() || (count == 0 && !region.isEmpty())) {
            throw new IllegalArgumentException("not bins: " + count + " of " + region);
        }
    }

    /** At most {@code wanted} (1 or more) bins; fewer where the region has fewer positions. */
    public static Bins of(Interval region, int wanted) {
        return new Bins(region, (int) Math.min(wanted, region.length()));
    }

    /** First position of a bin; for {@code count} the region's end. */
    public int edge(int bin) {
        return (int) (region.start() + bin * region.length() / count);
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
