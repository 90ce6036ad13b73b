package dev.bams3.convert;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.flow.OrderedTasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Inflates a BGZF object on all cores, ahead of the one thread that reads from it.
 *
 * <p>Memory: the ranges in flight, one more range that is being cut, and the batches inflated ahead, each of about 256 KiB
 * inflated beside its part of a range.
 */
final class ParallelInflater implements InflatedBytes, AutoCloseable {
    /** Below half a region of G1 at small heaps: larger arrays are collected by full cycles only. */
    private static final int BATCH_BYTES = 256 << 10;

    private final SourceRanges ranges;
    private final BgzfInflaters inflaters;
    private final OrderedTasks<Batch> batches;
    private final int ahead;
    private final String resource;

    // What was read of the source and not yet given to a task.
    private byte[] range = new byte[0];
    private long rangeOffset;
    private List<BgzfBlock> blocks = List.of();
    private int nextBlock;
    private boolean ended;

    private Batch current = new Batch(new byte[0], new long[0], new int[0]);
    private int at;
    // Places of the batches that the reader may still ask about: the current one and the ones just before.
    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private long delivered;

    /** Inflated bytes of consecutive blocks: where each begins in the file and in the bytes. */
    private record Batch(byte[] bytes, long[] fileOffsets, int[] starts) {}

    /** A batch in the inflated stream, without its bytes. */
    private record Place(long position, long[] fileOffsets, int[] starts) {}

    /** @param ahead batches that may be inflated or waiting, 1 or more */
    ParallelInflater(SourceRanges ranges, BgzfInflaters inflaters, ExecutorService cpu, int ahead, String resource) {
        this.ranges = ranges;
        this.inflaters = inflaters;
        this.batches = new OrderedTasks<>(cpu);
        this.ahead = ahead;
        this.resource = resource;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        while (at == current.bytes().length) {
            submitAhead();
            if (batches.pending() == 0) {
                return -1;
            }
            current = batches.take();
            at = 0;
            remember();
        }
        int count = Math.min(length, current.bytes().length - at);
        System.arraycopy(current.bytes(), at, target, offset, count);
        at += count;
        return count;
    }

    private void remember() {
        places.addLast(new Place(delivered, current.fileOffsets(), current.starts()));
        delivered += current.bytes().length;
        if (places.size() > 16) {
            places.removeFirst();
        }
    }

    @Override
    public long fileOffset(long position) {
        long found = 0;
        for (Place place : places) {
            for (int i = 0; i < place.starts().length; i++) {
                if (place.position() + place.starts()[i] <= position) {
                    found = place.fileOffsets()[i];
                }
            }
        }
        return found;
    }

    @Override
    public String resource() {
        return resource;
    }

    private void submitAhead() {
        while (batches.pending() < ahead) {
            List<BgzfBlock> next = nextBlocks();
            if (next.isEmpty()) {
                return;
            }
            byte[] bytes = range;
            batches.submit(() -> inflate(bytes, next));
        }
    }

    /** Blocks of the current range for one task; none at the end of the source. */
    private List<BgzfBlock> nextBlocks() {
        while (nextBlock == blocks.size()) {
            if (ended || !nextRange()) {
                return List.of();
            }
        }
        List<BgzfBlock> taken = new ArrayList<>();
        int inflated = 0;
        while (nextBlock < blocks.size() && inflated < BATCH_BYTES) {
            BgzfBlock block = blocks.get(nextBlock++);
            inflated += block.inflatedLength();
            taken.add(block);
        }
        return taken;
    }

    /** Puts what was left of the last range in front of the next and cuts it into blocks. */
    private boolean nextRange() {
        int used = blocks.isEmpty() ? 0 : blocks.getLast().end();
        int left = range.length - used;
        byte[] more = ranges.next();
        rangeOffset += used;
        if (more.length == 0) {
            ended = true;
            if (left > 0) {
                throw BgzfBlock.truncated(rangeOffset, left, resource);
            }
            return false;
        }
        byte[] joined = new byte[left + more.length];
        System.arraycopy(range, used, joined, 0, left);
        System.arraycopy(more, 0, joined, left, more.length);
        range = joined;
        blocks = BgzfBlock.split(range, 0, range.length, rangeOffset, resource);
        nextBlock = 0;
        return true;
    }

    private Batch inflate(byte[] bytes, List<BgzfBlock> blocks) {
        int length = 0;
        for (BgzfBlock block : blocks) {
            length += block.inflatedLength();
        }
        byte[] inflated = new byte[length];
        long[] fileOffsets = new long[blocks.size()];
        int[] starts = new int[blocks.size()];
        int to = 0;
        for (int i = 0; i < blocks.size(); i++) {
            BgzfBlock block = blocks.get(i);
            fileOffsets[i] = block.fileOffset();
            starts[i] = to;
            inflaters.inflate(bytes, block, inflated, to, resource);
            to += block.inflatedLength();
        }
        return new Batch(inflated, fileOffsets, starts);
    }

    @Override
    public void close() {
        batches.close();
        ranges.close();
    }
}
