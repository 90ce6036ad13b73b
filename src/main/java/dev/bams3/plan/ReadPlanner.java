package dev.bams3.plan;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockList;
import dev.bams3.genome.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * Turns targets and block lists into a plan.
 *
 * <p>A block of records sorted by start can hold a record that overlaps {@code [start,end)} only if its first record starts
 * before {@code end} and its largest alignment end ({@code endMax}) lies behind {@code start}. How far to the left a read
 * begins therefore does not matter: the running maximum of {@code endMax} says where looking may begin, and each block's
 * own {@code endMax} drops the ones between that hold nothing. A block whose records all start inside one interval is wanted
 * whole, unread.
 */
public final class ReadPlanner {
    private final RangeRules rules;

    public ReadPlanner(RangeRules rules) {
        this.rules = rules;
    }

    /**
     * @param targets references in file order, as {@link Targets#of} gives them
     * @param blocks the block list of each target's reference
     */
    public ReadPlan plan(List<Target> targets, IntFunction<BlockList> blocks) {
        List<PlannedBlock> planned = new ArrayList<>();
        long indexed = 0;
        for (Target target : targets) {
            BlockList list = blocks.apply(target.reference());
            indexed += list.blocks().size();
            if (target.intervals().isEmpty()) {
                list.blocks().forEach(entry -> planned.add(new PlannedBlock(entry, List.of())));
            } else {
                addOverlapping(list, target.intervals(), planned);
            }
        }
        return ReadPlan.of(planned, rules, indexed - planned.size());
    }

    /** The plan for all records of some blocks, given in file order. */
    public ReadPlan plan(List<BlockEntry> blocks) {
        return ReadPlan.of(
                blocks.stream().map(entry -> new PlannedBlock(entry, List.of())).toList(), rules, 0);
    }

    private static void addOverlapping(BlockList list, List<Interval> intervals, List<PlannedBlock> planned) {
        int next = 0;
        for (Interval interval : intervals) {
            // A block before `next` was looked at for an earlier interval, with every later one in view.
            int after = list.firstStartingAt(interval.end());
            for (int i = Math.max(next, list.firstReaching(interval.start())); i < after; i++) {
                BlockEntry entry = list.blocks().get(i);
                List<Interval> touching = touching(entry, intervals);
                if (!touching.isEmpty()) {
                    planned.add(new PlannedBlock(
                            entry, coversEveryStart(touching.getFirst(), entry) ? List.of() : touching));
                }
            }
            next = Math.max(next, after);
        }
    }

    /** The intervals that a record of the block can overlap: neighbours in the list, which is sorted and disjoint. */
    private static List<Interval> touching(BlockEntry entry, List<Interval> intervals) {
        int from = firstWhere(intervals, interval -> interval.end() > entry.firstStart());
        int to = firstWhere(intervals, interval -> interval.start() >= entry.endMax());
        return from < to ? intervals.subList(from, to) : List.of();
    }

    private static boolean coversEveryStart(Interval interval, BlockEntry entry) {
        return interval.start() <= entry.firstStart() && entry.lastStart() < interval.end();
    }

    /** Index of the first interval for which the condition, false and then true along the list, is true. */
    private static int firstWhere(List<Interval> intervals, Predicate<Interval> condition) {
        int low = 0;
        int high = intervals.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (condition.test(intervals.get(middle))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
