package dev.bams3.jobs;

import dev.bams3.convert.Progress;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes the pace of an attempt from the progress that it reports. Each phase counts separately, because records are
 * sorted and written at different speeds, and nothing that an earlier attempt has done.
 */
final class AttemptPace {
    private long since;
    private double phaseFraction;
    private @Nullable Progress last;

    /** @param begun when the attempt began, as {@link System#nanoTime} has it */
    AttemptPace(long begun) {
        since = begun;
    }

    /**
     * Takes the last report.
     *
     * @param nanos when, as {@link System#nanoTime} has it
     */
    synchronized JobProgress of(Progress now, long nanos, Instant at) {
        if (last != null && last.phase() != now.phase()) {
            since = nanos;
            // A pass that found the source unsorted was given up, and what it had done with it.
            phaseFraction = last.fraction() <= now.fraction() ? last.fraction() : 0;
        }
        last = now;
        return new JobProgress(
                now.phase().name().toLowerCase(Locale.ROOT),
                now.fraction(),
                now.records(),
                now.recordBytes(),
                now.sourceBytes(),
                now.storedBytes(),
                (nanos - since) / 1e9,
                at,
                Optional.of(new JobProgress.Before(now.keptRecords(), phaseFraction + now.keptFraction())));
    }
}
