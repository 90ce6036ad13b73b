package dev.bams3.app;

import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * Checks of settings, all with one form of message: key, rule, value. Bounds are written as operators write them,
 * {@code 1m} or {@code 64KB}. The records call them when they are bound, in the service and in commands alike. Annotations of
 * a validator could not express a bound that another setting sets, and each command would have to start the validator.
 */
final class SettingChecks {
    private SettingChecks() {}

    /** @throws ReadsException INVALID_INPUT naming the key if the condition does not hold */
    static void check(boolean condition, String key, String message) {
        if (!condition) {
            throw wrong(key, message);
        }
    }

    static ReadsException wrong(String key, String message) {
        return ReadsException.invalidInput(key, key + ": " + message);
    }

    static void range(String key, int value, int least, int most) {
        check(value >= least && value <= most, key, "must be " + least + " to " + most + ", is " + value);
    }

    static void range(String key, Duration value, String least, String most) {
        range(
                key,
                value,
                DurationStyle.detectAndParse(least),
                DurationStyle.detectAndParse(most),
                least + " to " + most);
    }

    static void range(String key, DataSize value, String least, String most) {
        range(key, value, DataSize.parse(least), DataSize.parse(most), least + " to " + most);
    }

    private static <T extends Comparable<T>> void range(String key, T value, T least, T most, String bounds) {
        check(value.compareTo(least) >= 0 && value.compareTo(most) <= 0, key, "must be " + bounds + ", is " + value);
    }

    static void atLeast(String key, DataSize value, String least) {
        check(value.compareTo(DataSize.parse(least)) >= 0, key, "must be " + least + " or more, is " + value);
    }

    /** Returns a text, or null for a blank one, which counts as absent. */
    static @Nullable String present(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /** Returns the texts that are not blank. */
    static List<String> present(List<String> texts) {
        return texts.stream().filter(text -> !text.isBlank()).toList();
    }
}
