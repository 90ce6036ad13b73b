package dev.bams3.format.block;

import java.util.Arrays;

/**
 * The stretches of a reference that a block has a consensus for: ascending, apart, and numbered through, so that a
 * reference position in a run is an index into the consensus.
 */
final class ConsensusRuns {
    int count;
    int[] start = new int[16];
    int[] end = new int[16];
    /** Index in the consensus of the first base of the run. */
    int[] base = new int[16];

    /** Bases of all runs. */
    int length;

    void clear() {
        count = 0;
        length = 0;
    }

    /** Appends a run behind the last. */
    void add(int from, int to) {
        if (count == start.length) {
            start = Arrays.copyOf(start, count * 2);
            end = Arrays.copyOf(end, count * 2);
            base = Arrays.copyOf(base, count * 2);
        }
        start[count] = from;
        end[count] = to;
        base[count++] = length;
        length = Math.addExact(length, to - from);
    }

    /** The first run at or behind {@code from} that ends behind {@code position}. */
    int find(int position, int from) {
        if (from >= count || end[from] > position) {
            return from;
        }
        int low = from + 1;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (end[middle] > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Whether a stretch lies inside a run. */
    boolean holds(int run, int position, int bases) {
        return run < count && position >= start[run] && (long) position + bases <= end[run];
    }
}
