package dev.bams3.source;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Inflates a part of a BGZF object on all cores, ahead of the one thread that reads from it.
 *
 * <p>Memory: the ranges in flight, one more range that is being cut, and the batches inflated ahead, each of about 256 KiB
 * inflated beside its part of a range.
 */
final class ParallelInflater implements InflatedBytes, AutoCloseable {
    /** Below half a region of G1 at small heaps: larger arrays are collected by full cycles only. */
    private static final int BATCH_BYTES = 256 << 10;

    /** Largest uncompressed size of the blocks of a batch. */
    private static final int MAX_BATCH = BATCH_BYTES + BgzfBlock.MAX_LENGTH;

    private static final Batch NOTHING = new Batch(new byte[0], 0, 0, new long[0], new int[0]);

    /** More than the longest record can span. */
    private static final int PLACES = 2048;

    private final SourceRanges ranges;
    private final BgzfInflaters inflaters;
    private final OrderedTasks<Batch> batches;
    private final int ahead;
    private final String resource;

    // What was read of the source and not yet given to a task.
    private byte[] range = new byte[0];
    private long rangeOffset;
    private final VirtualOffset from;
    private final VirtualOffset to;
    private List<BgzfBlock> blocks = List.of();
    private int nextBlock;
    private boolean ended;

    private Batch current = NOTHING;
    private final ArrayDeque<byte[]> spare = new ArrayDeque<>();
    private int at;
    // Places of the batches that the reader may still ask about.
    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private long delivered;

    /** Inflated bytes of consecutive blocks, those from {@code from} to {@code to}: where each begins in the file and in them. */
    private record Batch(byte[] bytes, int from, int to, long[] fileOffsets, int[] starts) {
        int length() {
            return to - from;
        }
    }

    /** A batch in the inflated stream, without its bytes. */
    private record Place(long position, long[] fileOffsets, int[] starts) {}

    /**
     * @param ranges begin at the block of {@code from}
     * @param ahead batches that may be inflated or waiting, 1 or more
     * @param from first inflated byte
     * @param to the inflated byte after the last
     */
    ParallelInflater(
            SourceRanges ranges,
            BgzfInflaters inflaters,
            ExecutorService cpu,
            int ahead,
            String resource,
            VirtualOffset from,
            VirtualOffset to) {
        this.from = from;
        this.to = to;
        rangeOffset = from.block();
        this.ranges = ranges;
        this.inflaters = inflaters;
        this.batches = new OrderedTasks<>(cpu);
        this.ahead = ahead;
        this.resource = resource;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        while (at == current.to()) {
            reuse();
            submitAhead();
            if (batches.pending() == 0) {
                return -1;
            }
            current = batches.take();
            at = current.from();
            remember();
        }
        int count = Math.min(length, current.to() - at);
        System.arraycopy(current.bytes(), at, target, offset, count);
        at += count;
        return count;
    }

    /** Keeps the array of the batch that was read for one that is to come: a new one would be filled with zeros first. */
    private void reuse() {
        if (current != NOTHING) {
            spare.addLast(current.bytes());
            current = NOTHING;
            at = 0;
        }
    }

    private void remember() {
        places.addLast(new Place(delivered, current.fileOffsets(), current.starts()));
        delivered += current.length();
        if (places.size() > PLACES) {
            places.removeFirst();
        }
    }

    @Override
    public long fileOffset(long position) {
        return virtualOffset(position).block();
    }

    /** Returns the virtual offset of an inflated byte that was read recently. */
    VirtualOffset virtualOffset(long position) {
        Iterator<Place> newestFirst = places.descendingIterator();
        while (newestFirst.hasNext()) {
            Place place = newestFirst.next();
            for (int i = place.starts().length - 1; i >= 0; i--) {
                long start = place.position() + place.starts()[i];
                // Bytes behind all that is known lie in the block after, or nowhere.
                if (start <= position && position - start < BgzfBlock.MAX_LENGTH) {
                    return VirtualOffset.of(place.fileOffsets()[i], (int) (position - start));
                }
            }
        }
        return from;
    }

    /**
     * What a failure to read means: one at the end of a part of a source comes of the place where it was cut, which then is
     * no beginning of a record, unless the source is damaged there.
     */
    ReadsException explained(ReadsException failure) {
        if (failure.kind() != ErrorKind.CORRUPT) {
            return failure;
        }
        boolean atEnd = ended && batches.pending() == 0 && at == current.to();
        if (atEnd && to.block() < ranges.sourceSize()) {
            return noBorder(to, failure);
        }
        return failure;
    }

    private ReadsException noBorder(VirtualOffset border, ReadsException cause) {
        return ReadsException.corrupt(
                resource,
                border.block(),
                "border of shards",
                "no record begins at virtual offset " + border + ", where the source was cut (" + cause.text()
                        + "); convert it in one piece, with bams3.jobs.shards=1",
                cause);
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
            byte[] kept = spare.pollLast();
            byte[] target = kept != null ? kept : new byte[MAX_BATCH];
            batches.submit(() -> inflate(bytes, next, target));
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
                throw explained(BgzfBlock.truncated(rangeOffset, left, resource));
            }
            return false;
        }
        byte[] joined = new byte[left + more.length];
        System.arraycopy(range, used, joined, 0, left);
        System.arraycopy(more, 0, joined, left, more.length);
        range = joined;
        blocks = upToEnd(split());
        nextBlock = 0;
        return true;
    }

    /** Cuts the range into blocks; one that arrived with a damaged header is read once more, whole. */
    private List<BgzfBlock> split() {
        try {
            return BgzfBlock.split(range, 0, range.length, rangeOffset, resource);
        } catch (ReadsException e) {
            SourceObject source = ranges.source();
            if (!source.isRemote()) {
                throw e;
            }
            return source.damage().again(e, () -> {
                byte[] again = source.readAgain(rangeOffset, range.length);
                List<BgzfBlock> read = BgzfBlock.split(again, 0, again.length, rangeOffset, resource);
                range = again;
                return read;
            });
        }
    }

    /** The blocks before the end of the part; notes that it was reached. */
    private List<BgzfBlock> upToEnd(List<BgzfBlock> found) {
        for (int i = 0; i < found.size(); i++) {
            BgzfBlock block = found.get(i);
            if (block.fileOffset() > to.block()) {
                throw noBorder(to, ReadsException.corrupt(resource, to.block(), "block", "begins elsewhere"));
            }
            if (block.fileOffset() == to.block()) {
                ended = true;
                return found.subList(0, to.within() == 0 ? i : i + 1);
            }
        }
        return found;
    }

    /** Inflates blocks; if one arrived damaged, all are read once more. */
    private Batch inflate(byte[] bytes, List<BgzfBlock> blocks, byte[] target) {
        try {
            return inflateOnce(bytes, blocks, target);
        } catch (ReadsException e) {
            SourceObject source = ranges.source();
            if (!source.isRemote()) {
                throw e;
            }
            long offset = blocks.getFirst().fileOffset();
            int length = Math.toIntExact(
                    blocks.getLast().fileOffset() + blocks.getLast().length() - offset);
            return source.damage().again(e, () -> {
                byte[] again = source.readAgain(offset, length);
                List<BgzfBlock> read = BgzfBlock.split(again, 0, again.length, offset, resource);
                if (read.getLast().end() != length) {
                    // The length by which the blocks behind were found was damaged as well.
                    throw e;
                }
                long inflated =
                        read.stream().mapToLong(BgzfBlock::inflatedLength).sum();
                return inflateOnce(again, read, inflated <= target.length ? target : new byte[(int) inflated]);
            });
        }
    }

    private Batch inflateOnce(byte[] bytes, List<BgzfBlock> blocks, byte[] target) {
        int length = 0;
        for (BgzfBlock block : blocks) {
            length += block.inflatedLength();
        }
        int skipped = blocks.getFirst().fileOffset() == from.block() ? from.within() : 0;
        int last = length - blocks.getLast().inflatedLength();
        int end = blocks.getLast().fileOffset() == to.block() ? last + to.within() : length;
        if (end > length || skipped > end) {
            throw ReadsException.corrupt(
                    resource,
                    blocks.getFirst().fileOffset(),
                    "part",
                    "begins or ends behind the end of its BGZF block");
        }
        long[] fileOffsets = new long[blocks.size()];
        int[] starts = new int[blocks.size()];
        int at = 0;
        for (int i = 0; i < blocks.size(); i++) {
            BgzfBlock block = blocks.get(i);
            fileOffsets[i] = block.fileOffset();
            starts[i] = at - skipped;
            inflaters.inflate(bytes, block, target, at, resource);
            at += block.inflatedLength();
        }
        return new Batch(target, skipped, end, fileOffsets, starts);
    }

    @Override
    public void close() {
        batches.close();
        ranges.close();
    }
}
