package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations.md has a row for every setting, and no row for one that does not exist. */
class OperationsDocTest {
    @Test
    void theTableOfSettingsIsTheRecordOfSettings() throws IOException {
        String page = Files.readString(Path.of("docs/operations.md"));
        Stream<String> documented = page.lines()
                .filter(line -> line.startsWith("| `BAMS3_"))
                .map(line -> line.substring(3, line.indexOf('`', 3)));
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        variables("BAMS3", Settings.class).toList());
    }

    private static Stream<String> variables(String prefix, Class<?> record) {
        return Stream.of(record.getRecordComponents()).flatMap(component -> {
            String name = prefix + "_" + environmentName(component);
            return component.getType().isRecord() ? variables(name, component.getType()) : Stream.of(name);
        });
    }

    /** Spring's relaxed names: `pathStyle` is `path-style` in properties and PATH_STYLE here. */
    private static String environmentName(RecordComponent component) {
        return component.getName().replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }
}
