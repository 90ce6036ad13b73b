package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Health looks at the disks that are written to: a store's folder and temporary files, not the working folder. */
class DiskSpaceHealthTest {
    private static final String TEMPORARY = System.getProperty("java.io.tmpdir");

    @TempDir
    private Path folder;

    @Test
    void aStoreInAFolderIsWatchedAndItsNeedIsConfigurable() throws Exception {
        Path store = folder.resolve("made/later");
        Path sorting = Files.createDirectory(folder.resolve("sorting"));
        String[] settings = {"management.server.port=0", "bams3.store=file:" + store, "bams3.jobs.temporary=" + sorting
        };
        try (RunningServer server = RunningServer.start(settings)) {
            JsonNode disk = disk(server, "/actuator/health", 200);
            assertThat(disk.path("status").asString()).isEqualTo("UP");
            assertThat(disk.at("/details/needed").asLong()).isEqualTo(64L << 20);
            assertThat(names(disk)).containsExactlyInAnyOrder(store.toString(), TEMPORARY, sorting.toString());
        }
        try (RunningServer server =
                RunningServer.start(settings[0], settings[1], settings[2], "bams3.health.disk-free=1000000TB")) {
            JsonNode disk = disk(server, "/actuator/health", 503);
            assertThat(disk.path("status").asString()).isEqualTo("DOWN");
            assertThat(disk.at("/details/full").size()).isEqualTo(3);
            // Reads go on: they write nothing.
            disk(server, "/actuator/health/readiness", 200);
            disk(server, "/actuator/health/liveness", 200);
        }
    }

    @Test
    void aStoreElsewhereNeedsNoDiskButForTemporaryFiles() throws Exception {
        try (RunningServer server = RunningServer.start("management.server.port=0", "bams3.store=memory:")) {
            assertThat(names(disk(server, "/actuator/health", 200))).containsExactly(TEMPORARY);
        }
    }

    @Test
    void whatIsOnlyReadNeedsNoRoom() {
        Health health = new DiskSpaceHealth(List.of(Path.of("/proc/sys/kernel")), Long.MAX_VALUE).health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        Health full = new DiskSpaceHealth(List.of(folder, Path.of("/proc")), Long.MAX_VALUE).health();
        assertThat(full.getStatus()).isEqualTo(Status.DOWN);
        assertThat(full.getDetails()).containsEntry("full", List.of(folder.toString()));
    }

    private static List<String> names(JsonNode disk) {
        return new ArrayList<>(disk.at("/details/free").propertyNames());
    }

    private static JsonNode disk(RunningServer server, String path, int status)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.managementUrl(path)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(answer.body()).at("/components/diskSpace");
    }
}
