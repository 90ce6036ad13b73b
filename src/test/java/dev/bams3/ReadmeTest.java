package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What README.md and docs/ point to exists. What README.md's commands print is compared by `.ci/readme.py`. */
@Tag("fast")
class ReadmeTest {
    private static final Pattern CLASS_NAME = Pattern.compile("dev\\.bams3(?:\\.[a-z0-9]+)+\\.[A-Z][A-Za-z0-9]+");
    private static final Pattern LOCAL_LINK = Pattern.compile("\\]\\((?!https?://|#)([^)#]+)");

    @Test
    void fiveClassesToStartReadingExist() throws IOException {
        String text = Files.readString(Path.of("README.md"));
        String section = text.substring(text.indexOf("## Where to start reading"));
        List<String> names = CLASS_NAME
                .matcher(section)
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
        assertThat(names)
                .hasSize(5)
                .allSatisfy(name -> assertThatCode(() -> Class.forName(name)).doesNotThrowAnyException());
    }

    @Test
    void everyQueryIsPrintedWithItsAnswer() throws IOException {
        List<String> blocks = Pattern.compile("(?ms)^```console\n(.*?)^```$")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(block -> assertThat(block.lines())
                        .hasSizeGreaterThan(1)
                        .first()
                        .asString()
                        .startsWith("$ "));
    }

    @Test
    void everyLocalLinkLeadsToAFile() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            List<Path> pages = Stream.concat(
                            Stream.of(Path.of("README.md")),
                            docs.filter(p -> p.toString().endsWith(".md")))
                    .toList();
            for (Path page : pages) {
                Path folder = page.toAbsolutePath().getParent();
                assertThat(LOCAL_LINK.matcher(Files.readString(page)).results().map(match -> match.group(1)))
                        .as("links of %s", page)
                        .allSatisfy(link -> assertThat(folder.resolve(link)).exists());
            }
        }
    }
}
