package dev.bams3.query;

import dev.bams3.genome.Interval;
import dev.bams3.sam.BamRecord;
import java.util.List;

/** Keeps the records of a block that overlap some intervals, at byte level. */
final class RecordFilter {
    private RecordFilter() {}

    /**
     * What is left of a block, at the front of its array.
     *
     * @param length bytes of the records kept
     * @param records how many
     */
    record Kept(int length, int records) {}

    /**
     * Moves the records that overlap at least one interval to the front of the array, in their order.
     *
     * @param records sound BAM records of one reference, back to back, sorted by start; overwritten
     * @param intervals sorted, none touching another
     */
    static Kept keep(byte[] records, List<Interval> intervals) {
        int kept = 0;
        int count = 0;
        int interval = 0;
        // Neighbours that are kept are moved together.
        int runStart = 0;
        int at = 0;
        while (at < records.length) {
            int next = at + BamRecord.length(records, at);
            int start = BamRecord.start(records, at);
            while (interval < intervals.size() && intervals.get(interval).end() <= start) {
                interval++;
            }
            if (interval == intervals.size()) {
                // This record and all after it start behind the last interval.
                break;
            }
            if (BamRecord.alignmentEnd(records, at) > intervals.get(interval).start()) {
                count++;
            } else {
                kept = move(records, runStart, at, kept);
                runStart = next;
            }
            at = next;
        }
        return new Kept(move(records, runStart, at, kept), count);
    }

    private static int move(byte[] records, int from, int to, int target) {
        System.arraycopy(records, from, records, target, to - from);
        return target + to - from;
    }
}
