package dev.bams3.query;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lengths of a slice's blocks, as far as they are known. Every request that encodes the slice extends them, from the first
 * block on, also one that does not reach the end, so the next continues from there. Safe for use by many threads.
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

    /** @param block index in the slice; the lengths of those before it are known */
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
