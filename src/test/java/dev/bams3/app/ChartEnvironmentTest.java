package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.bams3.storage.s3.S3Settings.Checksums;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SystemSetting;

/** Every environment variable that the chart sets means something to who reads it. */
class ChartEnvironmentTest {
    /** Read by the java command itself. */
    private static final String JAVA_OPTIONS = "JDK_JAVA_OPTIONS";

    @TempDir
    private Path scratch;

    @ParameterizedTest
    @MethodSource("dev.bams3.app.ChartTest#values")
    void everyVariableIsARealKey(String values) throws IOException {
        for (String variable :
                Chart.environment(new Chart(scratch).render(values)).keySet()) {
            check(variable);
        }
    }

    @Test
    void inventedVariablesAreFound() {
        assertThatThrownBy(() -> check("BAMS3_STORES")).hasMessageContaining("BAMS3_STORE");
        assertThatThrownBy(() -> check("AWS_REGIONS")).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> check("SERVER_PORTS")).isInstanceOf(AssertionError.class);
    }

    @Test
    void valuesArriveAsSettings() throws IOException {
        Map<String, String> environment = Chart.environment(new Chart(scratch).render("""
                config:
                  store: s3://bucket/prefix
                  demo: false
                  publicUrl: https://reads.example.org/base
                  s3: {endpoint: 'http://s3.example.org:9000', region: eu-central-1, pathStyle: true,
                       checksums: when_required, attempts: 7}
                  ticket: {ttl: 90m, sliceSize: 8MB}
                  cors: {origins: ['https://a.example', 'https://b.example']}
                  request: {maxRegions: 99999, stallTimeout: 45s}
                  fetch: {gets: 1000, memory: 1GB}
                  service: {organizationName: 'Institute, Example'}
                ticketKey: {existingSecret: bams3-ticket}
                """));
        environment.put("BAMS3_TICKET_KEY", "k".repeat(32) + "," + "l".repeat(32));
        Settings settings = SettingsTest.settings(environment);

        assertThat(settings.store()).isEqualTo("s3://bucket/prefix");
        assertThat(settings.wantsDemo()).isFalse();
        assertThat(settings.publicAddress()).contains("https://reads.example.org/base");
        assertThat(settings.s3().endpoint()).isEqualTo("http://s3.example.org:9000");
        assertThat(settings.s3().region()).isEqualTo("eu-central-1");
        assertThat(settings.s3().pathStyle()).isTrue();
        assertThat(settings.s3().checksums()).isEqualTo(Checksums.WHEN_REQUIRED);
        assertThat(settings.s3().attempts()).isEqualTo(7);
        assertThat(settings.ticket().ttl()).isEqualTo(Duration.ofMinutes(90));
        assertThat(settings.ticket().sliceSize()).isEqualTo(DataSize.ofMegabytes(8));
        assertThat(settings.ticket().keys()).hasSize(2);
        assertThat(settings.cors().origins()).containsExactly("https://a.example", "https://b.example");
        assertThat(settings.request().maxRegions()).isEqualTo(99_999);
        assertThat(settings.request().stallTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.fetch().gets()).isEqualTo(1000);
        assertThat(settings.fetch().memory()).isEqualTo(DataSize.ofGigabytes(1));
        assertThat(settings.service().organizationName()).isEqualTo("Institute, Example");
    }

    private static void check(String variable) throws IOException {
        if (variable.startsWith("BAMS3_")) {
            UnknownSettings.check(List.of(variable));
        } else if (variable.startsWith("AWS_")) {
            assertThat(Stream.<SystemSetting>concat(
                                    Arrays.stream(SdkSystemSetting.values()),
                                    Arrays.stream(ProfileFileSystemSetting.values()))
                            .map(SystemSetting::environmentVariable))
                    .contains(variable);
        } else if (!variable.equals(JAVA_OPTIONS)) {
            assertThat(springVariables()).contains(variable);
        }
    }

    /** The variables of Spring Boot's own properties, from the metadata in its jars. */
    private static Set<String> springVariables() throws IOException {
        Set<String> variables = new HashSet<>();
        List<URL> sources = Collections.list(ChartEnvironmentTest.class
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"));
        for (URL source : sources) {
            for (JsonElement property :
                    JsonParser.parseString(text(source)).getAsJsonObject().getAsJsonArray("properties")) {
                variables.add(property.getAsJsonObject()
                        .get("name")
                        .getAsString()
                        .replace('.', '_')
                        .replace('-', '_')
                        .toUpperCase(Locale.ROOT));
            }
        }
        return variables;
    }

    private static String text(URL source) {
        try (InputStream in = source.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
