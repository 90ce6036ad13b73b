package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that run on a pool and whose results come back in the order of submission. The one thread that owns this object
 * submits and takes, so the number of results held in memory is what that thread lets be {@link #pending}: no queue, no
 * other thread, nothing calls back. {@link #close} drops what has not begun, interrupts what has and waits for it, so that
 * no task outlives its owner.
 */
public final class OrderedTasks<T> implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    private final Executor executor;
    private final Runnable watch;
    private final String what;
    private final ArrayDeque<Task<T>> tasks = new ArrayDeque<>();

    public OrderedTasks(Executor executor) {
        this(executor, () -> {}, "a task");
    }

    /**
     * @param watch asks, in the owner's thread, whether the results are still wanted: at each {@link #take} and several times a
     *     second while it waits. What it throws ends the wait; the task stays pending
     * @param what the results are, for messages
     */
    public OrderedTasks(Executor executor, Runnable watch, String what) {
        this.executor = executor;
        this.watch = watch;
        this.what = what;
    }

    /** @throws ReadsException OVERLOADED when the pool takes no more tasks, which is then not pending */
    public void submit(Callable<T> body) {
        Task<T> task = new Task<>(body);
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            throw ReadsException.of(ErrorKind.OVERLOADED, "the service is stopping or full", e);
        }
        tasks.addLast(task);
    }

    /** Tasks submitted and not yet taken. */
    public int pending() {
        return tasks.size();
    }

    /** Whether the oldest task has ended, so that {@link #take} will not wait; false when there is none. */
    public boolean isReady() {
        Task<T> oldest = tasks.peekFirst();
        return oldest != null && oldest.done.getCount() == 0;
    }

    /**
     * Waits for the oldest task.
     *
     * @throws ReadsException the task's own, or CANCELLED when this thread was interrupted (the task stays pending)
     * @throws java.util.NoSuchElementException when nothing is pending
     */
    public T take() {
        Task<T> oldest = tasks.getFirst();
        try {
            do {
                watch.run();
            } while (!oldest.done.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw ReadsException.interrupted(what, e);
        }
        tasks.removeFirst();
        return oldest.result();
    }

    @Override
    public void close() {
        // Newest first: a thread that an interrupted task sets free must find nothing of ours to begin.
        tasks.descendingIterator().forEachRemaining(Task::cancel);
        boolean interrupted = false;
        while (!tasks.isEmpty()) {
            try {
                tasks.getFirst().done.await();
                tasks.removeFirst();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Unlike a FutureTask, a cancelled one is done only when its body no longer runs. */
    private static final class Task<T> implements Runnable {
        private final Callable<T> body;
        private final CountDownLatch done = new CountDownLatch(1);
        // Both written before done is counted down and read after it was awaited.
        private @Nullable T value;
        private @Nullable Throwable failure;

        // Guarded by this: whether the body may still begin, and the thread to interrupt while it runs.
        private boolean cancelled;
        private @Nullable Thread runner;

        Task(Callable<T> body) {
            this.body = body;
        }

        @Override
        @SuppressWarnings("CatchingUnchecked")
        public void run() {
            if (!begin()) {
                return;
            }
            try {
                value = body.call();
            } catch (Throwable t) {
                failure = t;
            } finally {
                end();
            }
        }

        private synchronized boolean begin() {
            if (cancelled) {
                return false;
            }
            runner = Thread.currentThread();
            return true;
        }

        private synchronized void end() {
            runner = null;
            if (cancelled) {
                // The interrupt was meant for the body, not for the pool's next task.
                Thread.interrupted();
            }
            done.countDown();
        }

        synchronized void cancel() {
            if (done.getCount() == 0) {
                return;
            }
            cancelled = true;
            if (runner != null) {
                runner.interrupt();
            } else {
                failure = ReadsException.of(ErrorKind.CANCELLED, "cancelled");
                done.countDown();
            }
        }

        @SuppressWarnings({"NullAway", "ThrowSpecificity"}) // a body that returns null has a nullable T
        T result() {
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw ReadsException.of(ErrorKind.UNAVAILABLE, String.valueOf(failure.getMessage()), failure);
            }
            return value;
        }
    }
}
