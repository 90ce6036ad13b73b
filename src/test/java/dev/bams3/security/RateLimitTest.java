package dev.bams3.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.security.RateLimit.Limits;
import dev.bams3.security.RateLimit.Refusal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void aPauseEarnsABurstAndNoMore() {
        RateLimit turns = new RateLimit(new Limits(2, 3, 0), 0);
        for (int i = 0; i < 3; i++) {
            assertThat(turns.take(0)).isEqualTo(Refusal.NONE);
        }
        assertThat(turns.take(0)).isEqualTo(Refusal.TOO_MANY_A_SECOND);
        assertThat(turns.take(SECOND / 2)).isEqualTo(Refusal.NONE);
        assertThat(turns.take(SECOND / 2)).isEqualTo(Refusal.TOO_MANY_A_SECOND);
        for (int i = 0; i < 3; i++) {
            assertThat(turns.take(100 * SECOND)).isEqualTo(Refusal.NONE);
        }
        assertThat(turns.take(100 * SECOND)).isEqualTo(Refusal.TOO_MANY_A_SECOND);
    }

    @Test
    void aTurnThatWasGivenBackCanBeTakenAgain() {
        RateLimit turns = new RateLimit(new Limits(0, 1, 2), 0);
        assertThat(turns.take(0)).isEqualTo(Refusal.NONE);
        assertThat(turns.take(0)).isEqualTo(Refusal.NONE);
        assertThat(turns.take(0)).isEqualTo(Refusal.TOO_MANY_AT_ONCE);
        turns.giveBack();
        assertThat(turns.take(0)).isEqualTo(Refusal.NONE);
    }
}
