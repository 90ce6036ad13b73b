package dev.bams3.convert;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Ends conversions from outside, within seconds: asked at every block, and the threads that run them are interrupted, so
 * that none goes on waiting for a store. Safe for use by many threads; one for each conversion, shared by its shards.
 */
public final class ConversionControl {
    private enum State {
        RUNNING,
        STOPPED,
        CANCELLED
    }

    // All guarded by this.
    private final Set<Thread> working = new HashSet<>();
    private final Set<Thread> interrupted = new HashSet<>();
    private State state = State.RUNNING;

    /** Ends the conversion for good: what it has made is removed. */
    public void cancel() {
        end(State.CANCELLED);
    }

    /** Ends this run, as at shutdown or when its lease was lost: finished chunks stay for the run that comes next. */
    public void stop() {
        end(State.STOPPED);
    }

    private synchronized void end(State end) {
        if (state != State.CANCELLED) {
            state = end;
        }
        for (Thread thread : working) {
            if (interrupted.add(thread)) {
                thread.interrupt();
            }
        }
    }

    /** Whether {@link #cancel} was called. */
    public synchronized boolean isCancelled() {
        return state == State.CANCELLED;
    }

    /** @throws ReadsException CANCELLED when the conversion, or the thread that asks, is to end */
    public void check() {
        State now;
        synchronized (this) {
            now = state;
        }
        if (now == State.CANCELLED) {
            throw cancelled("the conversion was cancelled; nothing was published");
        }
        if (now == State.STOPPED) {
            throw cancelled("the conversion was stopped; nothing was published, the next run goes on");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw cancelled("the conversion was interrupted; nothing was published");
        }
    }

    private static ReadsException cancelled(String message) {
        return ReadsException.of(ErrorKind.CANCELLED, message);
    }

    /** Runs some work so that its thread is interrupted when the conversion is to end; the interruption ends with it. */
    <T> T during(Supplier<T> work) {
        Thread thread = Thread.currentThread();
        synchronized (this) {
            working.add(thread);
        }
        try {
            check();
            return work.get();
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                check();
            }
            throw e;
        } finally {
            synchronized (this) {
                working.remove(thread);
                if (interrupted.remove(thread)) {
                    // Ours, and meant for the work that has ended.
                    Thread.interrupted();
                }
            }
        }
    }
}
