package dev.bams3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.bams3.fixtures.Seed;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fast")
class DatasetPatternTest {
    @ParameterizedTest
    @CsvSource({
        "**, a/b/c, true",
        "*, a, true",
        "*, a/b, false",
        "a/*, a/b, true",
        "a/*, a/b/c, false",
        "a/**, a/b/c, true",
        "a/*/c, a/b/c, true",
        "a*c, abbc, true",
        "a*c, ac, true",
        "**/x, a/b/x, true",
        "a.b, axb, false"
    })
    void wildcardsStandForCharacters(String pattern, String id, boolean matches) {
        assertThat(new DatasetPattern(pattern).matches(id)).isEqualTo(matches);
    }

    @Test
    void itMatchesWhatARegularExpressionMatches() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab/*", 8).replace("***", "**");
            String id = text(random, "ab/", 8);
            String regex = pattern.replace("**", "\u0001").replace("*", "[^/]*").replace("\u0001", ".*");
            assertThat(new DatasetPattern(pattern).matches(id))
                    .as("%s on %s, seed %s", pattern, id, seed)
                    .isEqualTo(Pattern.matches(regex, id));
        }
    }

    private static String text(Random random, String letters, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void noPatternTakesLong() {
        String pattern = "**a".repeat(100);
        String id = "a".repeat(99) + "b".repeat(300);
        long began = System.nanoTime();
        assertThatCode(() -> new DatasetPattern(pattern).matches(id)).doesNotThrowAnyException();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }
}
