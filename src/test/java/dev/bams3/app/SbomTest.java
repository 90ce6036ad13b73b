package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The list of what is in the jar, as Maven has laid it beside the classes. */
class SbomTest {
    private static final String PLACE = "/META-INF/sbom/application.cdx.json";

    private static JsonNode list() throws IOException {
        try (InputStream file = SbomTest.class.getResourceAsStream(PLACE)) {
            assumeTrue(file != null, "not built by Maven");
            return JsonMapper.shared().readTree(file);
        }
    }

    private static Map<String, String> versions(JsonNode list) {
        return list.path("components")
                .valueStream()
                .collect(Collectors.toMap(
                        one -> one.path("group").asString() + ":"
                                + one.path("name").asString(),
                        one -> one.path("version").asString(),
                        (one, other) -> one));
    }

    @Test
    void theLibrariesAreListedWithTheirVersionsAndThoseOfTheTestsAreNot() throws Exception {
        JsonNode list = list();
        assertThat(list.path("bomFormat").asString()).isEqualTo("CycloneDX");
        // A time would make another jar of the same commit.
        assertThat(list.path("metadata").has("timestamp")).isFalse();
        Map<String, String> versions = versions(list);
        assertThat(versions)
                .containsEntry("software.amazon.awssdk:s3", property("aws-sdk.version"))
                .containsEntry("com.github.luben:zstd-jni", property("zstd-jni.version"))
                .containsEntry("org.tukaani:xz", property("xz.version"))
                .containsEntry("io.opentelemetry:opentelemetry-api", property("opentelemetry.version"))
                .containsEntry("org.webjars:swagger-ui", property("swagger-ui.version"))
                .containsKeys("org.apache.tomcat.embed:tomcat-embed-core", "org.springframework:spring-webmvc")
                .doesNotContainKeys(
                        "com.github.samtools:htsjdk", "org.gaul:s3proxy", "org.junit.jupiter:junit-jupiter");
        assertThat(list.path("components").valueStream())
                .allSatisfy(one -> assertThat(one.path("purl").asString()).startsWith("pkg:maven/"));
    }

    @Test
    void noLibraryIsOlderThanTheFixOfAKnownVulnerability() throws IOException {
        Map<String, String> present = versions(list());
        // One that is no longer in the jar may come back.
        List<String[]> concerned = advisories().stream()
                .filter(advisory -> present.containsKey(advisory[0]))
                .toList();
        assertThat(concerned).hasSizeGreaterThan(15).allSatisfy(advisory -> {
            String version = present.getOrDefault(advisory[0], "");
            assertThat(isAtLeast(version, advisory[1]))
                    .as("%s %s has %s; %s has not", advisory[0], version, advisory[2], advisory[1])
                    .isTrue();
        });
    }

    @Test
    void versionsAreComparedByTheirNumbers() {
        assertThat(isAtLeast("2.14.0", "2.14.0")).isTrue();
        assertThat(isAtLeast("2.9", "2.14.0")).isFalse();
        assertThat(isAtLeast("3.1.7.Final", "3.1.4")).isTrue();
        assertThat(isAtLeast("2.0", "2.0.1")).isFalse();
    }

    private static List<String[]> advisories() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/advisories.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .toList();
    }

    private static boolean isAtLeast(String version, String fixed) {
        return Arrays.compare(numbers(version), numbers(fixed)) >= 0;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("[.-]"))
                .takeWhile(part -> part.matches("[0-9]+"))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static String property(String name) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        return pom.getElementsByTagName(name).item(0).getTextContent();
    }

    @Test
    void theManagementPortHasItAndThePublicOneHasNot() throws Exception {
        JsonNode list = list();
        try (RunningServer server = RunningServer.start("management.server.port=0")) {
            HttpResponse<String> answer = get(server.managementUrl("/actuator/sbom/application"));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(JsonMapper.shared().readTree(answer.body())).isEqualTo(list);
            assertThat(get(server.url("/actuator/sbom/application")).statusCode())
                    .isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
