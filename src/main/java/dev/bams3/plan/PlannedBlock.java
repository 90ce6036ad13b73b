package dev.bams3.plan;

import dev.bams3.format.BlockEntry;
import dev.bams3.genome.Interval;
import java.util.List;

/**
 * One block to read.
 *
 * @param entry the block
 * @param filter keep the records that one of these wants, in file order; empty keeps every record
 */
public record PlannedBlock(BlockEntry entry, List<Target> filter) {
    public PlannedBlock {
        filter = List.copyOf(filter);
    }

    /** Whether every record of the block is wanted. Such a block has at least one. */
    public boolean isWhole() {
        return filter.isEmpty();
    }

    /**
     * Whether the index tells that some record of the block is wanted: the first, the last, or the one that reaches farthest
     * lies in the filter.
     */
    public boolean surelyHasRecords() {
        return isWhole() || filter.stream().anyMatch(this::surelyHasRecords);
    }

    private boolean surelyHasRecords(Target target) {
        boolean first = target.reference() == entry.firstReference();
        boolean last = target.reference() == entry.lastReference();
        return (first && wants(target, entry.firstStart()))
                || (last && (wants(target, entry.lastStart()) || wants(target, entry.endMax() - 1)));
    }

    private static boolean wants(Target target, int position) {
        return target.intervals().isEmpty()
                || target.intervals().stream()
                        .anyMatch(interval -> interval.start() <= position && position < interval.end());
    }

    /** Records that are probably wanted: all, or the share of the block's stretch that the filter covers. */
    public long estimatedRecords() {
        return Math.max(1, Math.round(entry.records() * wantedShare()));
    }

    /** Bytes of BAM records, uncompressed, that are probably wanted. */
    public long estimatedRawBytes() {
        return Math.max(1, Math.round(entry.rawLength() * wantedShare()));
    }

    /** Estimates as if all references had the same number of records. */
    private double wantedShare() {
        if (isWhole()) {
            return 1;
        }
        double share = filter.stream().mapToDouble(this::wantedShare).sum();
        return Math.min(1, share / (1.0 + entry.lastReference() - entry.firstReference()));
    }

    private double wantedShare(Target target) {
        if (target.intervals().isEmpty() || !entry.isOfOneReference()) {
            return 1;
        }
        Interval stretch = new Interval(Math.max(0, entry.firstStart()), Math.max(1, entry.endMax()));
        long covered = 0;
        for (Interval wanted : target.intervals()) {
            covered += Math.max(
                    0L, Math.min(wanted.end(), stretch.end()) - (long) Math.max(wanted.start(), stretch.start()));
        }
        return Math.min(1.0, covered / (double) Math.max(1, stretch.length()));
    }
}
