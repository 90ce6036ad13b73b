package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What has the tag `fast` starts no server and no program, so that `./mvnw test -Dgroups=fast` takes seconds. */
class FastTestsTest {
    private static final Pattern SLOW = Pattern.compile(
            "\\b(Tool\\.run|Htslib|ProcessBuilder|TestS3|S3ProxyServer|FaultyS3|ServedReads|RunningServer|SpringApplication)\\b");

    @Test
    void noFastTestStartsAServerOrAProgram() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            List<Path> fast = sources.filter(file -> file.toString().endsWith("Test.java"))
                    .filter(file -> read(file).contains("@Tag(\"fast\")"))
                    .filter(file -> !file.endsWith("FastTestsTest.java"))
                    .toList();
            assertThat(fast).hasSizeGreaterThan(40);
            assertThat(fast).noneMatch(file -> SLOW.matcher(read(file)).find());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
