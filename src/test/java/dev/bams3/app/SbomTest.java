package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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

    @Test
    void theLibrariesAreListedWithTheirVersionsAndThoseOfTheTestsAreNot() throws Exception {
        JsonNode list = list();
        assertThat(list.path("bomFormat").asString()).isEqualTo("CycloneDX");
        // A time would make another jar of the same commit.
        assertThat(list.path("metadata").has("timestamp")).isFalse();
        Map<String, String> versions = list.path("components")
                .valueStream()
                .collect(Collectors.toMap(
                        one -> one.path("group").asString() + ":"
                                + one.path("name").asString(),
                        one -> one.path("version").asString(),
                        (one, other) -> one));
        assertThat(versions)
                .containsEntry("software.amazon.awssdk:s3", property("aws-sdk.version"))
                .containsEntry("com.github.luben:zstd-jni", property("zstd-jni.version"))
                .containsEntry("org.tukaani:xz", property("xz.version"))
                .containsKeys("org.apache.tomcat.embed:tomcat-embed-core", "org.springframework:spring-webmvc")
                .doesNotContainKeys(
                        "com.github.samtools:htsjdk", "org.gaul:s3proxy", "org.junit.jupiter:junit-jupiter");
        assertThat(list.path("components").valueStream())
                .allSatisfy(one -> assertThat(one.path("purl").asString()).startsWith("pkg:maven/"));
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
