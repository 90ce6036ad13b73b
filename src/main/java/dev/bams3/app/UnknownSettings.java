package dev.bams3.app;

import dev.bams3.error.ReadsException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Stops the start at a {@code bams3.*} property or {@code BAMS3_*} environment variable that means nothing: a setting with
 * a typing error would otherwise be its default, silently.
 */
final class UnknownSettings implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    /** Of the tests and of the scripts that run them. */
    private static final String OF_TESTS = "BAMS3_TEST_";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        check(context.getEnvironment());
    }

    static void check(ConfigurableEnvironment environment) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> names) {
                check(List.of(names.getPropertyNames()));
            }
        }
    }

    /** @throws ReadsException INVALID_INPUT naming the first unknown name and the known one most like it */
    static void check(List<String> names) {
        List<String> known = keys("bams3", Settings.class);
        Set<String> knownLetters = known.stream().map(UnknownSettings::letters).collect(Collectors.toSet());
        for (String name : names) {
            boolean variable = name.startsWith("BAMS3_");
            if (!(variable || name.startsWith("bams3.")) || name.startsWith(OF_TESTS)) {
                continue;
            }
            // Elements of lists: bams3.cors.origins[0], BAMS3_CORS_ORIGINS_0.
            String whole = name.replaceFirst(variable ? "_[0-9]+$" : "\\[[0-9]+]$", "");
            if (!knownLetters.contains(letters(whole))) {
                String nearest = known.stream()
                        .min(Comparator.comparingInt(key -> distance(letters(key), letters(name))))
                        .orElseThrow();
                throw ReadsException.invalidInput(
                        name,
                        "unknown setting " + name + "; did you mean " + (variable ? variable(nearest) : nearest) + "?");
            }
        }
    }

    /** Every key below a prefix, from the components of the records. */
    static List<String> keys(String prefix, Class<?> type) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + "."
                    + component.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                keys.addAll(keys(key, component.getType()));
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
