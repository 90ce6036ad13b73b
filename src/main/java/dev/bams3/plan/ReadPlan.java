package dev.bams3.plan;

import dev.bams3.format.BlockEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The blocks that answer a selection, each once, in file order, and the GETs that bring them. Immutable.
 *
 * <p>Ranges, by example, with the default {@link RangeRules} and blocks of 100 KiB that lie back to back in chunk 7: of a
 * run of 100 blocks the first range has 5 blocks (500 KiB; a sixth would pass 512 KiB), the second 20 (2,000 KiB of at most
 * 2 MiB), the third and fourth 40 and 35 (of at most 4 MiB). If the plan skips one block (a gap of 100 KiB) a new range
 * begins behind it; a gap of 64 KiB or less would be read. A range never spans two chunk objects.
 *
 * @param blocks the blocks, in file order
 * @param ranges the GETs, in the same order; every block is in exactly one
 * @param rules by which {@code ranges} were cut
 * @param skippedBlocks blocks of the dataset that the plan does not read
 */
public record ReadPlan(List<PlannedBlock> blocks, List<PlannedRange> ranges, RangeRules rules, long skippedBlocks) {
    private static final int SMALL = 1 << 20;

    public ReadPlan {
        blocks = List.copyOf(blocks);
        ranges = List.copyOf(ranges);
    }

    static ReadPlan of(List<PlannedBlock> blocks, RangeRules rules, long skippedBlocks) {
        return new ReadPlan(blocks, ranges(blocks, rules), rules, skippedBlocks);
    }

    /** The plan for some consecutive blocks of this one, with ranges of its own. */
    public ReadPlan slice(int firstBlock, int count) {
        return firstBlock == 0 && count == blocks.size()
                ? this
                : withBlocks(blocks.subList(firstBlock, Math.addExact(firstBlock, count)));
    }

    /** The plan for the first blocks that surely have so many records, or for all blocks. */
    public ReadPlan first(long records) {
        long sure = 0;
        int first = 0;
        while (first < blocks.size() && sure < records) {
            PlannedBlock block = blocks.get(first++);
            sure += block.isWhole() ? block.entry().records() : 0;
        }
        return slice(0, first);
    }

    /** The plan without its whole blocks: those whose records must be looked at to be counted. */
    public ReadPlan filteredBlocks() {
        return withBlocks(blocks.stream().filter(block -> !block.isWhole()).toList());
    }

    /** The plan for those blocks whose index in this one is wanted, with ranges of its own. */
    public ReadPlan only(IntPredicate wanted) {
        return withBlocks(IntStream.range(0, blocks.size())
                .filter(wanted)
                .mapToObj(blocks::get)
                .toList());
    }

    private ReadPlan withBlocks(List<PlannedBlock> some) {
        return of(some, rules, skippedBlocks + blocks.size() - some.size());
    }

    public int gets() {
        return ranges.size();
    }

    /** Bytes that the GETs read, gaps included. */
    public long fetchedBytes() {
        return ranges.stream().mapToLong(PlannedRange::length).sum();
    }

    /** Bytes that are read and thrown away, because another GET would cost more. */
    public long gapBytes() {
        return fetchedBytes()
                - blocks.stream()
                        .mapToLong(block -> block.entry().storedLength())
                        .sum();
    }

    public long wholeBlocks() {
        return blocks.stream().filter(PlannedBlock::isWhole).count();
    }

    /** Records of the answer: exact where {@link #wholeBlocks} is all of them, else an estimate. */
    public long estimatedRecords() {
        return blocks.stream().mapToLong(PlannedBlock::estimatedRecords).sum();
    }

    /** Uncompressed bytes of BAM records of the answer, with the same exactness. */
    public long estimatedRawBytes() {
        return blocks.stream().mapToLong(PlannedBlock::estimatedRawBytes).sum();
    }

    /**
     * Whether the answer has at most 1 MiB of BAM records, about what a viewer asks for at once: the buffers of a connection take
     * most of it at once, whether its client does or not.
     */
    public boolean isSmall() {
        return estimatedRawBytes() <= SMALL;
    }

    private static List<PlannedRange> ranges(List<PlannedBlock> blocks, RangeRules rules) {
        List<PlannedRange> ranges = new ArrayList<>();
        int limit = rules.firstBytes();
        int first = 0;
        while (first < blocks.size()) {
            BlockEntry from = blocks.get(first).entry();
            long end = from.offset() + from.storedLength();
            int after = first + 1;
            while (after < blocks.size() && joins(from, end, blocks.get(after).entry(), limit, rules.gapBytes())) {
                end = blocks.get(after).entry().offset()
                        + blocks.get(after).entry().storedLength();
                after++;
            }
            int length = Math.toIntExact(end - from.offset());
            ranges.add(new PlannedRange(from.chunk(), from.offset(), length, first, after - first));
            limit = rules.after(limit);
            first = after;
        }
        return ranges;
    }

    private static boolean joins(BlockEntry first, long end, BlockEntry next, int limit, int gap) {
        return next.chunk() == first.chunk()
                && next.offset() >= end
                && next.offset() - end <= gap
                && next.offset() + next.storedLength() - first.offset() <= limit;
    }
}
