package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.UnconditionalObjectStore;
import dev.bams3.fixtures.Wait;
import dev.bams3.jobs.JobService;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a start makes: the demo dataset, readiness, metrics; and what stops it. */
class ServiceStartTest {
    private static final String SAM = "/reads/demo?referenceName=chr1&start=100000&end=100200&format=SAM";

    @TempDir
    private Path folder;

    @Test
    void theDemoDatasetIsMadeOnce() throws Exception {
        String[] settings = {"bams3.store=file:" + folder, "bams3.demo=true"};
        String first;
        try (RunningServer server = RunningServer.start(settings)) {
            first = get(server.url(SAM)).body();
            assertThat(first.lines().filter(line -> !line.startsWith("@")).count())
                    .isGreaterThan(10);
        }
        try (RunningServer again = RunningServer.start(settings)) {
            assertThat(get(again.url(SAM)).body()).isEqualTo(first);
        }
    }

    /** A store that cannot keep workers apart: nobody works unless it is said to be the only one. */
    @Test
    void healthSaysWhetherConversionsWait() throws Exception {
        for (boolean alone : new boolean[] {false, true}) {
            try (RunningServer server = RunningServer.start(
                    UnconditionalObjectStore::new,
                    "management.server.port=0",
                    "bams3.admin.token=0123456789abcdef0123456789abcdef",
                    "bams3.jobs.alone=" + alone)) {
                JobService jobs = server.bean(JobService.class);
                Wait.until("the store was tried", () -> jobs.conditions().isPresent());
                HttpResponse<String> health = get(server.managementUrl("/actuator/health"));
                assertThat(health.statusCode()).isEqualTo(200);
                JsonNode details = JsonMapper.shared().readTree(health.body()).at("/components/conversions/details");
                assertThat(details.path("ifNoneMatch").asBoolean(true))
                        .as(health.body())
                        .isFalse();
                assertThat(details.path("claiming").asBoolean(!alone))
                        .as(health.body())
                        .isEqualTo(alone);
                assertThat(get(server.url("/actuator/health")).statusCode()).isEqualTo(404);
            }
        }
    }

    @Test
    void readinessAsksTheStoreAndLivenessDoesNot() throws Exception {
        try (RunningServer server = RunningServer.start("management.server.port=0")) {
            assertThat(get(server.managementUrl("/actuator/health/readiness")).statusCode())
                    .isEqualTo(200);
            assertThat(get(server.managementUrl("/actuator/health/liveness")).statusCode())
                    .isEqualTo(200);
            assertThat(get(server.managementUrl("/actuator/prometheus")).body()).contains("jvm_info");
            assertThat(get(server.managementUrl("/actuator/env")).statusCode()).isEqualTo(404);
            // Errors have the form of the other port, whoever finds them: server, framework or endpoint.
            assertError(get(server.managementUrl("/actuator%2fhealth")), 400, "InvalidInput");
            assertError(get(server.managementUrl("/actuator/nothing")), 404, "NotFound");
        }
        try (RunningServer server = RunningServer.start(
                store -> new FaultyObjectStore(store, 1).onEach(call -> true, FaultyObjectStore.Fault.UNAVAILABLE),
                "management.server.port=0")) {
            assertThat(get(server.managementUrl("/actuator/health/readiness")).statusCode())
                    .isEqualTo(503);
            assertThat(get(server.managementUrl("/actuator/health/liveness")).statusCode())
                    .isEqualTo(200);
            HttpResponse<String> answer = get(server.url("/reads/demo"));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
            assertThat(answer.body())
                    .contains("\"error\":\"ServiceUnavailable\"")
                    .doesNotContain("memory:");
        }
    }

    @Test
    void wrongSettingsStopTheStart() {
        assertThatThrownBy(() -> RunningServer.start("bams3.stoer=x"))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("bams3.stoer")
                .hasMessageContaining("bams3.store");
        assertThatThrownBy(() -> RunningServer.start("bams3.store=ftp://x"))
                .rootCause()
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("ftp://x");
    }

    private static void assertError(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(answer.body()).startsWith("{\"htsget\":{\"error\":\"" + error);
    }

    @Test
    void aTakenPortIsNamedBeforeAnythingIsMade() throws IOException {
        Path made = folder.resolve("made");
        try (ServerSocket other = new ServerSocket(0)) {
            for (String key : List.of("server.port", "management.server.port")) {
                assertThatThrownBy(() -> RunningServer.start(
                                key + "=" + other.getLocalPort(), "bams3.store=file:" + made, "bams3.demo=true"))
                        .isInstanceOf(ReadsException.class)
                        .hasMessageContaining("port " + other.getLocalPort())
                        .hasMessageContaining(key.toUpperCase(Locale.ROOT).replace('.', '_'));
            }
        }
        assertThat(made).doesNotExist();
    }

    @Test
    void aDemoThatCannotBeStoredStopsTheStart() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> RunningServer.start("bams3.store=file:" + file.resolve("in"), "bams3.demo=true"))
                .hasStackTraceContaining("BAMS3_STORE=file:/folder")
                .hasStackTraceContaining("BAMS3_DEMO=false");
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
