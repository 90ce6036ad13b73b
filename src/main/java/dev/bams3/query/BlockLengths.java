package dev.bams3.query;

import java.util.Arrays;

/**
 * How many bytes each block of a slice has in its BAM form: what it takes to begin in the middle.
 *
 * @param blocks bytes of each block in order; 0 for one without a wanted record
 * @param end bytes of the terminator, 0 where the slice has none
 */
public record BlockLengths(int[] blocks, int end) {
    /** Bytes of the whole slice. */
    public long total() {
        return Arrays.stream(blocks).asLongStream().sum() + end;
    }
}
