package dev.bams3.fetch;

import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.FairSlots;
import dev.bams3.storage.ByteRange;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A planned range, or the beginning of one, being read: some consecutive blocks of the plan, one GET, and what the GET
 * holds of the process. The bytes are given back when the last of the blocks is.
 */
final class Piece {
    /** Gets a range of a chunk object. */
    @FunctionalInterface
    interface Reading {
        byte[] read(int chunk, ByteRange range);
    }

    private final int chunk;
    private final ByteRange range;
    private final int firstBlock;
    private final int blocks;
    private final ByteBudget.Lease bytes;
    private final FairSlots.Slot get;
    private final AtomicInteger unreleased;

    Piece(int chunk, ByteRange range, int firstBlock, int blocks, ByteBudget.Lease bytes, FairSlots.Slot get) {
        this.chunk = chunk;
        this.range = range;
        this.firstBlock = firstBlock;
        this.blocks = blocks;
        this.bytes = bytes;
        this.get = get;
        unreleased = new AtomicInteger(blocks);
    }

    ByteRange range() {
        return range;
    }

    int chunk() {
        return chunk;
    }

    int firstBlock() {
        return firstBlock;
    }

    int blocks() {
        return blocks;
    }

    byte[] read(Reading reading) {
        try {
            return reading.read(chunk, range);
        } finally {
            get.close();
        }
    }

    /** Releases blocks that will not be read again. */
    void release(int count) {
        if (unreleased.addAndGet(-count) == 0) {
            bytes.close();
        }
    }

    /** Releases a piece whose GET never ran or failed, so that no block was handed on. */
    void abandon() {
        get.close();
        release(blocks);
    }
}
