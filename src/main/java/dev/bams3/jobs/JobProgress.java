package dev.bams3.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The progress of the running attempt.
 *
 * @param phase what it is doing: the converter's phase, in lower case
 * @param fraction of the whole work, 0 to 1
 * @param records read so far in this phase
 * @param recordBytes bytes of these records
 * @param sourceBytes read of the source
 * @param storedBytes written so far
 * @param seconds since this attempt began with the phase
 * @param at when this was true, by the worker's clock
 * @param before what was done already when {@code seconds} began, or by earlier attempts; absent: not known
 */
public record JobProgress(
        String phase,
        double fraction,
        long records,
        long recordBytes,
        long sourceBytes,
        long storedBytes,
        double seconds,
        Instant at,
        Optional<Before> before) {
    /**
     * Part of the records and of the fraction that says nothing of the pace of this attempt.
     *
     * @param records of chunks that an earlier attempt has made
     * @param fraction of the whole work
     */
    public record Before(long records, double fraction) {}

    /** Below this, the past says too little of the future. */
    private static final double MIN_FRACTION = 0.005;

    /** Records for each second of the attempt in this phase; empty at its beginning. */
    public OptionalDouble recordsPerSecond() {
        return before.isEmpty() || seconds <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((records - before.get().records()) / seconds);
    }

    /** When the attempt will end if it goes on as it did until now in this phase. */
    public Optional<Instant> estimatedEnd() {
        double done = before.map(earlier -> fraction - earlier.fraction()).orElse(0.0);
        if (done < MIN_FRACTION || seconds <= 0) {
            return Optional.empty();
        }
        double left = seconds * (1 - fraction) / done;
        return Optional.of(at.plus(Duration.ofMillis(Math.round(left * 1000))));
    }
}
