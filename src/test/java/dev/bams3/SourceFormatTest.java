package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every source is as the formatter leaves it; {@code ./mvnw spotless:apply} makes it so. */
class SourceFormatTest {
    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    @Test
    void everySourceIsFormatted() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            List<Path> java = sources.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
            assertThat(java).hasSizeGreaterThan(100);
            List<Path> unformatted =
                    java.parallelStream().filter(file -> !isFormatted(file)).toList();
            assertThat(unformatted)
                    .as("sources to format with ./mvnw spotless:apply (Maven on JDK 25)")
                    .isEmpty();
        }
    }

    private boolean isFormatted(Path file) {
        try {
            String source = Files.readString(file);
            return formatter.formatSource(formatter.fixImports(source)).equals(source);
        } catch (IOException | FormatterException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
