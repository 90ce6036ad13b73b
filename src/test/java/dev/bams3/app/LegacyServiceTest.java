package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Wait;
import dev.bams3.legacy.LegacySamples;
import dev.bams3.legacy.LegacySamples.Kind;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import dev.bams3.web.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Datasets of the prototypes at all endpoints, and their upgrade by a job. */
class LegacyServiceTest {
    private static final String TOKEN = "t".repeat(32);
    private static final String REGION = "referenceName=chr1&start=200000&end=300000";

    @TempDir
    private Path folder;

    private static byte[] get(RunningServer server, String path) {
        return send(server, HttpRequest.newBuilder(URI.create(server.url(path))), 200);
    }

    private static byte[] send(RunningServer server, HttpRequest.Builder request, int status) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = client.send(
                    request.header("Authorization", "Bearer " + TOKEN).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode())
                    .as(server.url("") + new String(answer.body(), StandardCharsets.UTF_8))
                    .isEqualTo(status);
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(RunningServer server, String path) {
        return JsonMapper.shared().readTree(get(server, path));
    }

    private static List<String> sam(RunningServer server, String dataset, String query) {
        return new String(get(server, "/stream/reads/" + dataset + "?format=SAM" + query), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void itIsServedAndUpgraded(Kind kind) throws IOException {
        try (FolderObjectStore store = new FolderObjectStore(new StoreUri.Folder(folder))) {
            LegacySamples.write(store, "old.bams3", kind, LegacySamples.reads(), true);
        }
        try (RunningServer server = RunningServer.start(
                "bams3.store=file:" + folder,
                "bams3.sources=file:" + folder,
                "bams3.jobs.poll=50ms",
                "bams3.admin.token=" + TOKEN)) {
            assertThat(json(server, "/datasets")
                            .get("datasets")
                            .get(0)
                            .get("id")
                            .stringValue())
                    .isEqualTo("old");
            JsonNode old = json(server, "/datasets/old");
            assertThat(old.get("records").longValue())
                    .isEqualTo(LegacySamples.reads().size());
            assertThat(old.get("warnings").findValuesAsString("kind")).contains("lost-mates");
            List<String> region = sam(server, "old", "&" + REGION);
            assertThat(region).isNotEmpty();
            assertThat(json(server, "/datasets/old/count?" + REGION)
                            .get("records")
                            .longValue())
                    .isEqualTo(region.size());
            String slice = json(server, "/reads/old?" + REGION)
                    .get("htsget")
                    .get("urls")
                    .get(1)
                    .get("url")
                    .stringValue();
            assertThat(get(server, slice.substring(server.url("").length()))).isNotEmpty();
            assertThat(RawHttp.send(server.port(), "GET /files/old.bam HTTP/1.1\r\nRange: bytes=0-99")
                            .status())
                    .isEqualTo(206);

            String body = "{\"source\": \"file:" + folder.resolve("old.bams3/_metadata.json")
                    + "\", \"dataset\": \"new\", \"options\": {\"sha256\": true}}";
            HttpRequest.Builder submit = HttpRequest.newBuilder(URI.create(server.url("/admin/conversions")))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            String id = JsonMapper.shared()
                    .readTree(send(server, submit, 202))
                    .get("id")
                    .stringValue();
            Wait.until(
                    "it is upgraded",
                    () -> json(server, "/admin/conversions/" + id)
                            .get("state")
                            .stringValue()
                            .equals("SUCCEEDED"));
            assertThat(sam(server, "new", "")).isEqualTo(sam(server, "old", ""));
            assertThat(sam(server, "new", "&" + REGION)).isEqualTo(region);
            assertThat(json(server, "/datasets/new").get("digest")).isEqualTo(old.get("digest"));
            assertThat(json(server, "/datasets/new/coverage?referenceName=chr1").get("depth"))
                    .isEqualTo(json(server, "/datasets/old/coverage?referenceName=chr1")
                            .get("depth"));
        }
    }
}
