package dev.bams3.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the running attempt is.
 *
 * @param phase what it is doing: the converter's phase, in lower case
 * @param fraction of the whole work, 0 to 1
 * @param records read so far in this phase
 * @param recordBytes bytes of these records
 * @param sourceBytes read of the source
 * @param storedBytes written so far
 * @param seconds since the attempt began
 * @param at when this was true, by the worker's clock
 */
public record JobProgress(
        String phase,
        double fraction,
        long records,
        long recordBytes,
        long sourceBytes,
        long storedBytes,
        double seconds,
        Instant at) {
    /** Below this, the past says too little of the future. */
    private static final double MIN_FRACTION = 0.005;

    /** Records for each second of the attempt; 0 at its beginning. */
    public double recordsPerSecond() {
        return seconds > 0 ? records / seconds : 0;
    }

    /** When the attempt will end if it goes on as until now. */
    public Optional<Instant> estimatedEnd() {
        if (fraction < MIN_FRACTION || seconds <= 0) {
            return Optional.empty();
        }
        double left = seconds * (1 - fraction) / fraction;
        return Optional.of(at.plus(Duration.ofMillis(Math.round(left * 1000))));
    }
}
