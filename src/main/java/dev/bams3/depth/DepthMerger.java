package dev.bams3.depth;

import dev.bams3.depth.DepthChanges.OfReference;
import java.util.Arrays;

/**
 * Adds up the changes of consecutive blocks, and gives the depth of each stretch once no later record can change it. Holds
 * the changes of the reads that reach beyond the start of the last block. Used once, by one thread.
 */
public final class DepthMerger {
    private final Taker taker;
    private int[] positions = new int[0];
    private long[] changes = new long[0];
    private int first;
    private int reference = -1;
    private int position;
    private long depth;

    /** Takes stretches of one depth, in file order. */
    @FunctionalInterface
    public interface Taker {
        /**
         * A stretch.
         *
         * @param from first position, less than {@code to}
         * @param depth 1 or more
         */
        void stretch(int reference, int from, int to, long depth);
    }

    public DepthMerger(Taker taker) {
        this.taker = taker;
    }

    /** Adds the next block in file order. */
    public void add(DepthChanges block) {
        for (OfReference next : block.all()) {
            if (next.reference() != reference) {
                give(Integer.MAX_VALUE);
                reference = next.reference();
            }
            give(next.start() - 1);
            merge(next);
        }
    }

    /** Gives what is left; after the last block. */
    public void finish() {
        give(Integer.MAX_VALUE);
    }

    /** Gives what ends at a change up to a position, inclusive. */
    private void give(int last) {
        while (first < positions.length && positions[first] <= last) {
            int next = positions[first];
            if (depth > 0 && next > position) {
                taker.stretch(reference, position, next, depth);
            }
            position = next;
            depth += changes[first];
            first++;
        }
    }

    private void merge(OfReference more) {
        int rest = positions.length - first;
        int[] mergedPositions = new int[rest + more.positions().length];
        long[] mergedChanges = new long[mergedPositions.length];
        int next = 0;
        int other = 0;
        while (first < positions.length || other < more.positions().length) {
            int at = first < positions.length ? positions[first] : Integer.MAX_VALUE;
            int ofOther = other < more.positions().length ? more.positions()[other] : Integer.MAX_VALUE;
            mergedPositions[next] = Math.min(at, ofOther);
            if (first < positions.length && at <= ofOther) {
                mergedChanges[next] += changes[first++];
            }
            if (other < more.positions().length && ofOther <= at) {
                mergedChanges[next] += more.changes()[other++];
            }
            next++;
        }
        positions = next == mergedPositions.length ? mergedPositions : Arrays.copyOf(mergedPositions, next);
        changes = next == mergedChanges.length ? mergedChanges : Arrays.copyOf(mergedChanges, next);
        first = 0;
    }
}
