package dev.bams3.format;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Stretches in file order, such as blocks, with what it takes to find those of an interval: the running maximum of their ends
 * on each reference. Immutable.
 */
public final class StretchList<T extends Stretch> {
    private final List<T> all;
    /** Largest end on its last reference of each stretch and of those before it. */
    private final int[] endMaxSoFar;

    public StretchList(List<T> stretches) {
        all = List.copyOf(stretches);
        endMaxSoFar = new int[all.size()];
        for (int i = 0; i < endMaxSoFar.length; i++) {
            T stretch = all.get(i);
            boolean goesOn = i > 0 && all.get(i - 1).lastReference() == stretch.lastReference();
            endMaxSoFar[i] = goesOn ? Math.max(endMaxSoFar[i - 1], stretch.endMax()) : stretch.endMax();
        }
    }

    public List<T> all() {
        return all;
    }

    /** Index of the first that may hold a record of a reference, or of the first behind all of its records. */
    public int firstOf(int reference) {
        int rank = Stretch.rank(reference);
        return firstWhere(i -> Stretch.rank(all.get(i).lastReference()) >= rank);
    }

    /** Index after the last that may hold a record of a reference. */
    public int endOf(int reference) {
        int rank = Stretch.rank(reference);
        return firstWhere(i -> Stretch.rank(all.get(i).firstReference()) > rank);
    }

    /** Index of the first that can hold a record of a reference ending behind {@code position}; none before it does. */
    public int firstReaching(int reference, long position) {
        int rank = Stretch.rank(reference);
        return firstWhere(i -> {
            int last = Stretch.rank(all.get(i).lastReference());
            return last > rank || (last == rank && Stretch.isBehind(endMaxSoFar[i], position));
        });
    }

    /** Index after the last that can hold a record of a reference starting before {@code position}. */
    public int firstStartingAt(int reference, long position) {
        int rank = Stretch.rank(reference);
        return firstWhere(i -> {
            int first = Stretch.rank(all.get(i).firstReference());
            return first > rank || (first == rank && all.get(i).firstStart() >= position);
        });
    }

    /** The first index for which the condition, false and then true along the list, is true. */
    private int firstWhere(IntPredicate condition) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (condition.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Bytes of memory this takes, roughly, for a cache's weigher. */
    public long weight() {
        return 84L * all.size() + 64;
    }
}
