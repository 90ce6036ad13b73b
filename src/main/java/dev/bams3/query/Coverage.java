package dev.bams3.query;

import dev.bams3.format.DepthBins;
import java.util.Optional;

/**
 * How deep reads lie over a region, bin by bin.
 *
 * @param bins the stretches
 * @param bases aligned bases (CIGAR M, = and X) in each bin, so that {@code bases[i] / bins.width(i)} is its mean depth. Exact
 *     counts leave out unmapped, secondary, duplicate and failed reads, as `samtools depth` does; estimates spread all
 *     bases that a block of the index has evenly over its stretch
 * @param source where it comes from
 * @param detail the same with the covered positions and the extremes of each bin, where they are known
 * @param records looked at or, in an estimate, of the blocks that touch the region
 * @param gets ranged GETs of chunk objects; 0 for an estimate
 * @param bytesFetched of chunk objects
 */
@SuppressWarnings("ArrayRecordComponent") // columns, never compared
public record Coverage(
        Bins bins,
        double[] bases,
        DepthSource source,
        Optional<DepthBins> detail,
        long records,
        int gets,
        long bytesFetched) {
    public boolean exact() {
        return source.isExact();
    }

    public double depth(int bin) {
        return bases[bin] / bins.width(bin);
    }

    /** Of the whole region; 0 where it is empty. */
    public double meanDepth() {
        double sum = 0;
        for (double bin : bases) {
            sum += bin;
        }
        return bins.count() == 0 ? 0 : sum / bins.region().length();
    }

    /** Depth of the deepest bin. */
    public double maxDepth() {
        double max = 0;
        for (int bin = 0; bin < bins.count(); bin++) {
            max = Math.max(max, depth(bin));
        }
        return max;
    }
}
