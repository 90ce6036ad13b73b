package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each promise of docs/security.md names the tests that hold it, and these exist. */
@Tag("fast")
class SecurityDocTest {
    private static final Pattern TEST_CLASS = Pattern.compile("`(\\w+Test)`");

    @Test
    void everyPromiseIsHeldByTestsThatExist() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        String page = Files.readString(Path.of("docs/security.md"));
        List<String> promises = page.lines()
                .dropWhile(line -> !line.equals("| promise | held by |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .filter(line -> !line.endsWith("| |"))
                .toList();
        assertThat(promises).hasSizeGreaterThan(25).allSatisfy(promise -> {
            String held = promise.substring(promise.lastIndexOf('|', promise.length() - 2));
            List<String> named = named(held);
            assertThat(named).isNotEmpty();
            assertThat(tests).containsAll(named);
        });
        assertThat(tests).containsAll(named(page));
    }

    private static List<String> named(String text) {
        return TEST_CLASS.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
