package dev.bams3.query;

import dev.bams3.format.Stretch;
import dev.bams3.genome.Interval;
import dev.bams3.plan.Target;
import dev.bams3.sam.BamRecord;
import java.util.List;

/** Keeps the records of a block that are wanted, at byte level. */
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
     * Moves the records that a target wants to the front of the array, in their order.
     *
     * @param records sound BAM records in coordinate order, back to back; overwritten
     * @param length bytes of them
     * @param targets in file order
     */
    static Kept keep(byte[] records, int length, List<Target> targets) {
        int kept = 0;
        int count = 0;
        int next = 0;
        int reference = Integer.MIN_VALUE;
        Interest interest = new Interest(List.of());
        boolean wanted = false;
        // Neighbours that are kept are moved together.
        int runStart = 0;
        int at = 0;
        while (at < length) {
            int after = at + BamRecord.length(records, at);
            int own = BamRecord.referenceIndex(records, at);
            if (own != reference) {
                reference = own;
                while (next < targets.size() && comesBefore(targets.get(next).reference(), own)) {
                    next++;
                }
                if (next == targets.size()) {
                    break;
                }
                wanted = targets.get(next).reference() == own;
                interest = new Interest(targets.get(next).intervals());
            }
            if (wanted && interest.wants(records, at)) {
                count++;
            } else if (wanted && interest.isOver() && next == targets.size() - 1) {
                // This record and all after it start behind the last interval.
                break;
            } else {
                kept = move(records, runStart, at, kept);
                runStart = after;
            }
            at = after;
        }
        return new Kept(move(records, runStart, at, kept), count);
    }

    private static boolean comesBefore(int reference, int other) {
        return Stretch.rank(reference) < Stretch.rank(other);
    }

    /** Intervals of one reference, asked for records that are sorted by start. */
    private static final class Interest {
        private final List<Interval> intervals;
        private int interval;

        Interest(List<Interval> intervals) {
            this.intervals = intervals;
        }

        /** Whether the record asked for last, and so all after it on the reference, starts behind the last interval. */
        boolean isOver() {
            return interval == intervals.size();
        }

        boolean wants(byte[] records, int at) {
            if (intervals.isEmpty()) {
                return true;
            }
            int start = BamRecord.start(records, at);
            while (interval < intervals.size() && intervals.get(interval).end() <= start) {
                interval++;
            }
            return interval < intervals.size()
                    && BamRecord.unlimitedAlignmentEnd(records, at)
                            > intervals.get(interval).start();
        }
    }

    private static int move(byte[] records, int from, int to, int target) {
        System.arraycopy(records, from, records, target, to - from);
        return target + to - from;
    }
}
