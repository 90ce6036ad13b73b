package dev.bams3.bgzf;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Things with native memory that are used by one thread at a time and kept for the next. As many live as are in use at
 * once, plus at most {@code maxIdle}; each is ended exactly once, by this pool.
 */
final class IdlePool<T> implements AutoCloseable {
    private final Supplier<T> maker;
    private final Consumer<T> ender;
    private final int maxIdle;
    private final ArrayDeque<T> idle = new ArrayDeque<>();
    private boolean closed;
    private int live;

    IdlePool(int maxIdle, Supplier<T> maker, Consumer<T> ender) {
        this.maxIdle = maxIdle;
        this.maker = maker;
        this.ender = ender;
    }

    /** The caller gives it back, whatever happens. */
    T take() {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the pool is closed");
            }
            @Nullable T kept = idle.pollLast();
            if (kept != null) {
                return kept;
            }
            live++;
        }
        try {
            return maker.get();
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                live--;
            }
            throw e;
        }
    }

    void giveBack(T used) {
        synchronized (this) {
            if (!closed && idle.size() < maxIdle) {
                idle.addLast(used);
                return;
            }
            live--;
        }
        ender.accept(used);
    }

    /** How many exist now, in use or idle. */
    synchronized int live() {
        return live;
    }

    /** Ends the idle ones now, and those in use when they come back. */
    @Override
    public void close() {
        while (true) {
            @Nullable T kept;
            synchronized (this) {
                closed = true;
                kept = idle.pollLast();
                if (kept == null) {
                    return;
                }
                live--;
            }
            ender.accept(kept);
        }
    }
}
