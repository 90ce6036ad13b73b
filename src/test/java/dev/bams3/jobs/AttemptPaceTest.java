package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bams3.convert.Progress;
import dev.bams3.convert.Progress.Phase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rate and end follow from what this attempt has done, whatever earlier ones left to it. */
@Tag("fast")
class AttemptPaceTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private final AttemptPace pace = new AttemptPace(0);

    private JobProgress after(int seconds, Phase phase, double fraction, long records, long kept, double keptFraction) {
        Progress now = new Progress(phase, fraction, records, 0, 7, 100, 0, kept, keptFraction);
        return pace.of(now, Duration.ofSeconds(seconds).toNanos(), START.plusSeconds(seconds));
    }

    @Test
    void aFirstAttemptGoesOnAsItBegan() {
        JobProgress progress = after(10, Phase.CONVERTING, 0.25, 5_000, 0, 0);
        assertThat(progress.recordsPerSecond().orElseThrow()).isCloseTo(500, within(1e-9));
        assertThat(progress.estimatedEnd()).contains(START.plusSeconds(40));
        assertThat(progress.sourceBytes()).isEqualTo(7);
    }

    /** Nine tenths were there: by the whole fraction it would end in a second, by its own it takes ten. */
    @Test
    void whatEarlierAttemptsHaveMadeIsNotOfItsPace() {
        JobProgress progress = after(10, Phase.CONVERTING, 0.95, 950_000, 900_000, 0.9);
        assertThat(progress.recordsPerSecond().orElseThrow()).isCloseTo(5_000, within(1e-6));
        assertThat(Duration.between(
                        START.plusSeconds(10), progress.estimatedEnd().orElseThrow()))
                .isCloseTo(Duration.ofSeconds(10), Duration.ofMillis(1));
        JobProgress found = after(11, Phase.CONVERTING, 0.99, 990_000, 935_000, 0.935);
        assertThat(found.recordsPerSecond().orElseThrow())
                .as("found on the way")
                .isCloseTo(5_000, within(1e-6));
        assertThat(after(12, Phase.CONVERTING, 0.9, 900_000, 900_000, 0.9).estimatedEnd())
                .isEmpty();
    }

    @Test
    void eachPhaseHasItsOwn() {
        assertThat(after(10, Phase.CONVERTING, 0.4, 4_000, 0, 0).recordsPerSecond())
                .hasValue(400);
        // Begun anew, as the source is not in order.
        assertThat(after(11, Phase.SORTING, 0.01, 100, 0, 0).recordsPerSecond()).isEmpty();
        assertThat(after(31, Phase.SORTING, 0.5, 10_000, 0, 0).recordsPerSecond())
                .hasValue(500);
        assertThat(after(32, Phase.WRITING, 0.5, 0, 0, 0).estimatedEnd()).isEmpty();
        JobProgress writing = after(36, Phase.WRITING, 0.75, 5_000, 0, 0);
        assertThat(writing.recordsPerSecond()).hasValue(1_250);
        assertThat(writing.estimatedEnd()).contains(START.plusSeconds(40));
    }
}
