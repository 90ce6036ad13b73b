package dev.bams3.query;

import dev.bams3.flow.LimitedThreads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The records of a cohort's members in coordinate order; those of one place in the order of the members. Used by one thread. */
final class CohortMerge implements AutoCloseable {
    private static final Comparator<MemberCursor> ORDER =
            Comparator.comparingLong(MemberCursor::place).thenComparingInt(MemberCursor::number);

    private final List<MemberCursor> cursors = new ArrayList<>();
    private final PriorityQueue<MemberCursor> waiting = new PriorityQueue<>(ORDER);
    private @Nullable MemberCursor current;
    private boolean begun;

    /**
     * What members may hold.
     *
     * @param loadBytes of records that one load of a member has, but for a record that is longer
     * @param readsAhead whether a member's next load runs while the one before is used
     * @param loads that run at the same time
     * @param storedBytes of the whole answer
     */
    record Limits(int loadBytes, boolean readsAhead, int loads, long storedBytes) {}

    /**
     * Begins to read all members.
     *
     * @param from first place that is wanted, see {@link CohortPieces#place}
     * @param to place behind the last one
     */
    CohortMerge(List<CohortPart> parts, long from, long to, Limits limits, ReadEngine engine, Runnable watch) {
        Executor cpu = engine.cpu().line();
        Executor threads = new LimitedThreads(limits.loads(), "cohort");
        for (CohortPart part : parts) {
            cursors.add(new MemberCursor(part, from, to, limits, engine, cpu, threads, watch));
        }
    }

    /** Moves to the next record, of which {@link #cursor} has the bytes; false where there is none. */
    boolean next() {
        if (!begun) {
            begun = true;
            for (MemberCursor cursor : cursors) {
                if (cursor.next()) {
                    waiting.add(cursor);
                }
            }
        }
        MemberCursor last = current;
        if (last != null && last.next()) {
            MemberCursor other = waiting.peek();
            if (other == null || ORDER.compare(last, other) < 0) {
                last.hold();
                return true;
            }
            waiting.add(last);
        }
        MemberCursor first = waiting.poll();
        current = first;
        if (first != null) {
            first.hold();
        }
        return first != null;
    }

    MemberCursor cursor() {
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    /** What was read so far. */
    ReadTotals read() {
        long scanned = 0;
        long bytes = 0;
        int gets = 0;
        for (MemberCursor cursor : cursors) {
            scanned += cursor.scanned();
            bytes += cursor.bytesFetched();
            gets += cursor.gets();
        }
        return new ReadTotals(0, scanned, 0, bytes, gets);
    }

    /** Cancels and joins what is under way. */
    @Override
    public void close() {
        cursors.forEach(MemberCursor::close);
    }
}
