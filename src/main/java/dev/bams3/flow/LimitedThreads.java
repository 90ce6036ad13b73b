package dev.bams3.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks that wait, each in a virtual thread of its own and so many at the same time, in the order in which they came. It
 * needs no closing: without tasks it has no thread. Safe for use by many threads.
 */
public final class LimitedThreads implements Executor {
    private final int most;
    private final String name;

    // Guarded by this.
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /**
     * @param most tasks at the same time, 1 or more
     * @param name of the threads
     */
    public LimitedThreads(int most, String name) {
        this.most = most;
        this.name = name;
    }

    @Override
    public synchronized void execute(Runnable task) {
        waiting.addLast(task);
        if (running < most) {
            running++;
            Thread.ofVirtual().name(name).start(this::runAll);
        }
    }

    private void runAll() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        if (task == null) {
            running--;
        }
        return task;
    }

    /**
     * Applies a function to all elements, so many at the same time, and returns the results in their order. The first failure
     * in that order ends it; nothing runs any more when this returns.
     *
     * @param watch see {@link OrderedTasks}
     */
    public static <A, B> List<B> map(List<A> elements, int most, Runnable watch, Function<A, B> function) {
        try (OrderedTasks<B> tasks =
                new OrderedTasks<>(new LimitedThreads(most, "member"), watch, "the members of the cohort")) {
            for (A element : elements) {
                tasks.submit(() -> function.apply(element));
            }
            List<B> results = new ArrayList<>(elements.size());
            while (tasks.pending() > 0) {
                results.add(tasks.take());
            }
            return results;
        }
    }
}
