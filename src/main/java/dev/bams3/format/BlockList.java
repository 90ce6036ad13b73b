package dev.bams3.format;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * The blocks of one reference (or of the unplaced reads) in file order, with what a planner needs to find the blocks of an
 * interval: the running maximum of {@code endMax}. Immutable.
 */
public final class BlockList {
    private final List<BlockEntry> blocks;
    private final int[] endMaxSoFar;

    public BlockList(List<BlockEntry> blocks) {
        this.blocks = List.copyOf(blocks);
        endMaxSoFar = new int[blocks.size()];
        int endMax = Integer.MIN_VALUE;
        for (int i = 0; i < endMaxSoFar.length; i++) {
            endMax = Math.max(endMax, blocks.get(i).endMax());
            endMaxSoFar[i] = endMax;
        }
    }

    public List<BlockEntry> blocks() {
        return blocks;
    }

    /**
     * Index of the first block that can hold a record ending behind {@code position}: all before it end at or before it.
     */
    public int firstReaching(int position) {
        return firstWhere(i -> endMaxSoFar[i] > position);
    }

    /** Index after the last block whose first record starts before {@code position}. */
    public int firstStartingAt(int position) {
        return firstWhere(i -> blocks.get(i).firstStart() >= position);
    }

    /** The first index for which the condition, false and then true along the list, is true. */
    private int firstWhere(IntPredicate condition) {
        int low = 0;
        int high = blocks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (condition.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Bytes of memory this takes, roughly, for a cache's weigher. */
    public long weight() {
        return 76L * blocks.size() + 64;
    }
}
