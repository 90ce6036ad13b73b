package dev.bams3.plan;

import dev.bams3.genome.Interval;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What a selection wants of one reference.
 *
 * @param reference index in the dictionary, or {@link dev.bams3.sam.BamRecord#NO_REFERENCE} for the unplaced reads
 * @param intervals sorted, none empty, no two touching; an empty list wants every read, those without a position included
 */
public record Target(int reference, List<Interval> intervals) {
    public Target {
        intervals = List.copyOf(intervals);
    }

    static Target whole(int reference) {
        return new Target(reference, List.of());
    }

    /** Sorted and joined where they overlap or touch; empty ones select nothing and fall out. */
    static List<Interval> merge(Collection<Interval> intervals) {
        List<Interval> merged = new ArrayList<>();
        for (Interval next : new TreeSet<>(intervals)) {
            Interval last = merged.isEmpty() ? null : merged.getLast();
            if (next.isEmpty()) {
                continue;
            }
            if (last == null || next.start() > last.end()) {
                merged.add(next);
            } else if (next.end() > last.end()) {
                merged.set(merged.size() - 1, new Interval(last.start(), next.end()));
            }
        }
        return merged;
    }
}
