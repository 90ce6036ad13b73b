package dev.bams3.flow;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a pool, shared by turns: each request has a {@link #line} of its own, and the threads take one task of each
 * line in turn, however many tasks a line holds. A line's first few tasks go before the later ones of others, in every
 * second turn at least: a query of a few blocks is answered after about one task for each thread, behind any number of whole
 * chromosomes, and these still get half of the time if small queries never end. Safe for use by many threads.
 */
public final class FairTurns {
    /** Tasks after which a request is not small. */
    private static final int FIRST_TURNS = 4;

    private final Executor pool;

    // Guarded by this: lines that hold a task, each in one of the two.
    private final ArrayDeque<Line> beginning = new ArrayDeque<>();
    private final ArrayDeque<Line> goingOn = new ArrayDeque<>();
    private boolean beginnersTurn = true;
    private int waiting;

    /** @param pool whose queue is first in, first out; stays the caller's */
    public FairTurns(Executor pool) {
        this.pool = pool;
    }

    /** A line of one request. It needs no closing: without tasks it is nowhere. */
    public Executor line() {
        return new Line();
    }

    /** Tasks that wait for a thread. */
    public synchronized int waiting() {
        return waiting;
    }

    private void runNext() {
        Runnable task = next();
        if (task != null) {
            task.run();
        }
    }

    /** Null where the pool refused a task that another thread had counted on. */
    private synchronized @Nullable Runnable next() {
        ArrayDeque<Line> preferred = beginnersTurn ? beginning : goingOn;
        ArrayDeque<Line> other = beginnersTurn ? goingOn : beginning;
        Line line = preferred.isEmpty() ? other.poll() : preferred.poll();
        beginnersTurn = !beginnersTurn;
        if (line == null) {
            return null;
        }
        Runnable task = line.tasks.removeFirst();
        line.turns++;
        waiting--;
        if (!line.tasks.isEmpty()) {
            line.stand();
        }
        return task;
    }

    /** Its tasks run in the order in which they came; those of different lines in turn. */
    private final class Line implements Executor {
        // Guarded by FairTurns.this.
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private int turns;

        /** @throws java.util.concurrent.RejectedExecutionException when the pool takes no more tasks */
        @Override
        public void execute(Runnable task) {
            add(task);
            try {
                // One thread's time for each task; which task it is, is decided when the time comes.
                pool.execute(FairTurns.this::runNext);
            } catch (RuntimeException e) {
                remove(task);
                throw e;
            }
        }

        private void add(Runnable task) {
            synchronized (FairTurns.this) {
                tasks.addLast(task);
                waiting++;
                if (tasks.size() == 1) {
                    stand();
                }
            }
        }

        private void remove(Runnable task) {
            synchronized (FairTurns.this) {
                if (tasks.removeLastOccurrence(task)) {
                    waiting--;
                }
                if (tasks.isEmpty()) {
                    beginning.remove(this);
                    goingOn.remove(this);
                }
            }
        }

        private void stand() {
            (turns < FIRST_TURNS ? beginning : goingOn).addLast(this);
        }
    }
}
