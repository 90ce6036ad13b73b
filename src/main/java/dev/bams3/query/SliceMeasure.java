package dev.bams3.query;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lengths of a slice's blocks, as far as somebody has found them out. It grows from the first block on by whoever encodes
 * the slice, also by those who do not come to its end, so that the next one need not begin anew. For any number of threads.
 */
public final class SliceMeasure {
    // Guarded by this.
    private int[] lengths;
    private int known;
    private @Nullable BlockLengths whole;
    private final int weight;

    /** @param blocks of the slice */
    SliceMeasure(int blocks) {
        lengths = new int[blocks];
        weight = 64 + Integer.BYTES * blocks;
    }

    /** All of them, once they are known. */
    public synchronized Optional<BlockLengths> whole() {
        return Optional.ofNullable(whole);
    }

    /** Heap that this takes, about; does not change. */
    public int weight() {
        return weight;
    }

    /** Returns the number of blocks, from the first on, whose lengths are known. */
    synchronized int known() {
        return known;
    }

    /** @param block index in the slice; those before it were told of, by anyone */
    synchronized void found(int block, int bytes) {
        if (block == known) {
            lengths[known++] = bytes;
        }
    }

    /**
     * No more blocks come.
     *
     * @param terminator bytes of it, 0 where the slice has none
     */
    synchronized void end(int terminator) {
        if (whole == null) {
            whole = new BlockLengths(Arrays.copyOf(lengths, known), terminator);
            lengths = new int[0];
        }
    }
}
