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

    /** Heap that this takes, about. */
    public int weight() {
        return 64 + Integer.BYTES * blocks.length;
    }

    /** Collects lengths; its receiver is told of every block once, in order. */
    static final class Recorder {
        private int[] lengths;
        private int count;

        Recorder(int expected) {
            lengths = new int[Math.max(1, expected)];
        }

        void add(int bytes) {
            if (count == lengths.length) {
                lengths = Arrays.copyOf(lengths, 2 * count);
            }
            lengths[count++] = bytes;
        }

        BlockLengths lengths(int end) {
            return new BlockLengths(Arrays.copyOf(lengths, count), end);
        }
    }
}
