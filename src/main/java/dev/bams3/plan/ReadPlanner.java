package dev.bams3.plan;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.PageEntry;
import dev.bams3.format.Stretch;
import dev.bams3.format.StretchList;
import dev.bams3.genome.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Turns targets and the list of blocks into a plan.
 *
 * <p>A stretch of records sorted by start can hold a record that overlaps {@code [start,end)} only if its first record starts
 * before {@code end} and its largest alignment end ({@code endMax}) lies behind {@code start}. How far to the left a read
 * begins therefore does not matter: the running maximum of {@code endMax} says where looking may begin, and each stretch's
 * own {@code endMax} drops the ones between that hold nothing. This finds pages of the list of blocks, and then blocks in
 * them. A block whose records all start inside one interval is wanted whole, unread.
 */
public final class ReadPlanner {
    private final RangeRules rules;

    public ReadPlanner(RangeRules rules) {
        this.rules = rules;
    }

    /**
     * Returns the pages of the list of blocks that a plan is made of.
     *
     * @param targets what is wanted
     */
    public static List<PageEntry> pages(Targets targets, StretchList<PageEntry> pages) {
        return targets.isEverything()
                ? pages.all()
                : wanted(targets.list(), pages).stream()
                        .map(found -> pages.all().get(found.index()))
                        .toList();
    }

    /**
     * Returns the plan.
     *
     * @param blocks those of {@link #pages}
     * @param allBlocks of the dataset, how many
     */
    public ReadPlan plan(Targets targets, StretchList<BlockEntry> blocks, long allBlocks) {
        List<PlannedBlock> planned = new ArrayList<>();
        if (targets.isEverything()) {
            blocks.all().forEach(entry -> planned.add(new PlannedBlock(entry, List.of())));
        } else {
            for (Wanted found : wanted(targets.list(), blocks)) {
                BlockEntry entry = blocks.all().get(found.index());
                planned.add(new PlannedBlock(entry, isWhole(entry, found.parts()) ? List.of() : found.parts()));
            }
        }
        return ReadPlan.of(planned, rules, allBlocks - planned.size());
    }

    /** The plan for all records of some blocks, given in file order. */
    public ReadPlan plan(List<BlockEntry> blocks) {
        return ReadPlan.of(
                blocks.stream().map(entry -> new PlannedBlock(entry, List.of())).toList(), rules, 0);
    }

    /** A stretch that may hold wanted records, and the parts of the targets that can want some of it. */
    private record Wanted(int index, List<Target> parts) {}

    private static List<Wanted> wanted(List<Target> targets, StretchList<? extends Stretch> stretches) {
        List<Wanted> found = new ArrayList<>();
        for (Target target : targets) {
            int reference = target.reference();
            if (target.intervals().isEmpty()) {
                int end = stretches.endOf(reference);
                for (int i = stretches.firstOf(reference); i < end; i++) {
                    add(found, i, target);
                }
                continue;
            }
            int next = 0;
            for (Interval interval : target.intervals()) {
                // A stretch before `next` was looked at for an earlier interval, with every later one in view.
                int after = stretches.firstStartingAt(reference, interval.end());
                for (int i = Math.max(next, stretches.firstReaching(reference, interval.start())); i < after; i++) {
                    List<Interval> touching = touching(stretches.all().get(i), target);
                    if (!touching.isEmpty()) {
                        add(found, i, new Target(reference, touching));
                    }
                }
                next = Math.max(next, after);
            }
        }
        return found;
    }

    /** Of several references that are wanted, the last stretch of one may be the first of the next. */
    private static void add(List<Wanted> found, int index, Target part) {
        if (!found.isEmpty() && found.getLast().index() == index) {
            List<Target> parts = new ArrayList<>(found.getLast().parts());
            parts.add(part);
            found.set(found.size() - 1, new Wanted(index, parts));
        } else {
            found.add(new Wanted(index, List.of(part)));
        }
    }

    /** The intervals that a record of the stretch can overlap: neighbours in the list, which is sorted and disjoint. */
    private static List<Interval> touching(Stretch stretch, Target target) {
        List<Interval> intervals = target.intervals();
        int from = firstWhere(intervals, interval -> interval.end() > stretch.startOn(target.reference()));
        int to = firstWhere(intervals, interval -> !stretch.reaches(target.reference(), interval.start()));
        return from < to ? intervals.subList(from, to) : List.of();
    }

    private static boolean isWhole(BlockEntry entry, List<Target> parts) {
        if (!entry.isOfOneReference()) {
            return false;
        }
        List<Interval> intervals = parts.getFirst().intervals();
        return intervals.isEmpty()
                || (intervals.getFirst().start() <= entry.firstStart()
                        && entry.lastStart() < intervals.getFirst().end());
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
