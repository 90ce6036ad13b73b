package dev.bams3.fetch;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Measures how fast a receiver takes bytes: about as many as it took in the last second, or since it began. */
final class ReadAheadPace {
    private static final long PERIOD = Duration.ofSeconds(1).toNanos();

    private final LongSupplier clock;
    private long began;
    private long bytes;
    private long bytesPerPeriod;

    /** @param clock nanoseconds, as of {@link System#nanoTime} */
    ReadAheadPace(LongSupplier clock) {
        this.clock = clock;
        began = clock.getAsLong();
    }

    /** Bytes taken. */
    void took(long count) {
        turn();
        bytes += count;
    }

    /** Bytes of about one second. */
    long bytes() {
        turn();
        return Math.max(bytesPerPeriod, bytes);
    }

    private void turn() {
        long passed = clock.getAsLong() - began;
        if (passed >= PERIOD) {
            bytesPerPeriod = (long) (bytes * ((double) PERIOD / passed));
            bytes = 0;
            began += passed;
        }
    }
}
