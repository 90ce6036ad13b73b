package dev.bams3.query;

import dev.bams3.bgzf.BgzfDeflaters;
import java.util.Optional;
import java.util.function.IntFunction;

/** The deflaters of BAM answers, one set for each level that was asked for. Safe for use by many threads. */
public final class BamCompression implements AutoCloseable {
    private static final int LEVELS = 10;

    private final int defaultLevel;
    private final IntFunction<BgzfDeflaters> deflaters;
    private final Object lock = new Object();
    private final BgzfDeflaters[] levels = new BgzfDeflaters[LEVELS];

    /**
     * @param defaultLevel 0 (stored) to 9 (smallest)
     * @param threads that compress at the same time
     */
    public BamCompression(int defaultLevel, int threads) {
        this(defaultLevel, level -> new BgzfDeflaters(level, threads));
    }

    /** @param deflaters makes those of a level, once */
    public BamCompression(int defaultLevel, IntFunction<BgzfDeflaters> deflaters) {
        this.defaultLevel = defaultLevel;
        this.deflaters = deflaters;
        at(defaultLevel);
    }

    /** Returns the level of answers whose request names none. */
    public int defaultLevel() {
        return defaultLevel;
    }

    /** @param level 0 (stored) to 9 (smallest) */
    public BgzfDeflaters at(int level) {
        synchronized (lock) {
            return Optional.ofNullable(levels[level]).orElseGet(() -> levels[level] = deflaters.apply(level));
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            for (BgzfDeflaters made : levels) {
                Optional.ofNullable(made).ifPresent(BgzfDeflaters::close);
            }
        }
    }
}
