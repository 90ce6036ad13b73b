package dev.bams3.format;

/**
 * What a depth summary says of some bins, an array of each number.
 *
 * @param covered positions with a depth of 1 or more
 * @param sum of the depths of all positions
 * @param min least depth of a position
 * @param max largest depth of a position
 */
@SuppressWarnings("ArrayRecordComponent") // columns, never compared
public record DepthBins(int[] covered, long[] sum, long[] min, long[] max) {
    /** Bins without reads. */
    public DepthBins(int bins) {
        this(new int[bins], new long[bins], new long[bins], new long[bins]);
    }

    public int count() {
        return covered.length;
    }
}
