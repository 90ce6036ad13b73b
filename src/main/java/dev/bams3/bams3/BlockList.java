package dev.bams3.bams3;

import java.util.List;

/**
 * The blocks of one reference (or of the unplaced reads) in file order, with what a planner needs to find the blocks of an
 * interval: the running maximum of {@code endMax}. Immutable.
 */
public final class BlockList {
    private final List<BlockEntry> blocks;

    public BlockList(List<BlockEntry> blocks) {
        this.blocks = List.copyOf(blocks);
    }

    public List<BlockEntry> blocks() {
        return blocks;
    }

    /**
     * Index of the first block that can hold a record ending behind {@code position}: all before it end at or before it.
     */
    public int firstReaching(int position) {
        throw new UnsupportedOperationException("owner: bams3");
    }

    /** Index after the last block whose first record starts before {@code position}. */
    public int firstStartingAt(int position) {
        throw new UnsupportedOperationException("owner: bams3");
    }

    /** Bytes of memory this takes, roughly, for a cache's weigher. */
    public long weight() {
        return 64L * blocks.size() + 64;
    }
}
