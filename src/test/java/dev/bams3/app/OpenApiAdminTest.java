package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Wait;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The contract of the admin surface, held against what becomes of real conversions. */
class OpenApiAdminTest {
    private static final String TOKEN = "a-token-of-thirty-two-characters";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CONVERSIONS = "/admin/conversions";
    private static final String ONE = CONVERSIONS + "/{id}";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<RunningServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        client.close();
        servers.forEach(RunningServer::close);
    }

    /** Every answer is one that the contract has for its operation; the texts of answers are returned. */
    private final class Asked {
        private final RunningServer server;
        private final Contract contract;

        Asked(RunningServer server) throws IOException, InterruptedException {
            this.server = server;
            contract = new Contract(JSON.readTree(client.send(
                            HttpRequest.newBuilder(URI.create(server.url("/v3/api-docs")))
                                    .build(),
                            BodyHandlers.ofString())
                    .body()));
        }

        HttpResponse<String> ask(int status, String method, String template, String id, String body, String... headers)
                throws IOException, InterruptedException {
            HttpResponse<String> answer = send(method, template, id, body, headers);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            return answer;
        }

        /** Asks faster than once in a second until that is refused: a slow machine gives the bucket time for a token. */
        void askTooOften(String template, String id) {
            Wait.until("429 for " + template, () -> {
                try {
                    return send("GET", template, id, "", "Accept", "*/*").statusCode() == 429;
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(template, e);
                }
            });
        }

        private HttpResponse<String> send(String method, String template, String id, String body, String... headers)
                throws IOException, InterruptedException {
            String path = template.replace("{id}", id).replace("{name}", id);
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url(path)))
                    .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            if (headers.length > 0) {
                request.headers(headers);
            } else {
                request.headers("Authorization", "Bearer " + TOKEN, "Content-Type", "application/json");
            }
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            contract.holds(method.toLowerCase(Locale.ROOT) + " " + template.replaceFirst("\\?.*", ""), answer);
            return answer;
        }

        private JsonNode told(String id) {
            try {
                return JSON.readTree(ask(200, "GET", ONE, id, "").body());
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** A conversion in its end. */
        JsonNode ended(String id) {
            Wait.until(
                    "the conversion ends",
                    () -> List.of("SUCCEEDED", "FAILED", "CANCELLED")
                            .contains(told(id).get("state").stringValue()));
            return told(id);
        }
    }

    private Asked start(String... more) throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(List.of(
                "bams3.store=file:" + folder.resolve("store"),
                "bams3.sources=file:" + folder,
                "bams3.admin.token=" + TOKEN,
                "bams3.link.key=" + TOKEN,
                "bams3.jobs.heartbeat=50ms",
                "bams3.jobs.poll=50ms"));
        settings.addAll(List.of(more));
        RunningServer server = RunningServer.start(settings.toArray(String[]::new));
        servers.add(server);
        return new Asked(server);
    }

    private String body(String source, String dataset) {
        return "{\"source\": \"file:" + folder.resolve(source) + "\", \"dataset\": \"" + dataset + "\"}";
    }

    private static String id(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).get("id").stringValue();
    }

    @Test
    void everythingThatBecomesOfConversionsIsDescribed() throws IOException, InterruptedException {
        byte[] bam = Bams.file(RandomRecords.header(), new RandomRecords(1).sortedList(500));
        Files.write(folder.resolve("a.bam"), bam);
        byte[] broken = bam.clone();
        broken[bam.length / 2] ^= 0x55;
        Files.write(folder.resolve("broken.bam"), broken);
        Asked service = start();

        String made = id(service.ask(202, "POST", CONVERSIONS, "", body("a.bam", "project/sample")));
        JsonNode done = service.ended(made);
        assertThat(done.get("state").stringValue()).as("%s", done).isEqualTo("SUCCEEDED");
        assertThat(done.has("result")
                        && done.has("progress")
                        && done.has("worker")
                        && done.has("started")
                        && done.has("finished"))
                .as("%s", done)
                .isTrue();
        service.ask(409, "DELETE", ONE, made, "");
        service.ask(409, "POST", ONE + "/retry", made, "");
        HttpResponse<String> conflict = service.ask(
                409,
                "POST",
                CONVERSIONS,
                "",
                body("a.bam", "project/sample").replace("}", ", \"options\": {\"level\": 2}}"));
        JsonNode example = service.contract
                .examples(service.contract
                        .document()
                        .at("/components/responses/Conflict/content")
                        .get("application/problem+json"))
                .get("Dataset");
        assertThat(JSON.readTree(conflict.body())).isEqualTo(example);
        String events = service.ask(200, "GET", ONE + "/events", made, "").body();
        for (String line : events.split("\n")) {
            if (line.startsWith("data: ")) {
                JsonNode event = JSON.readTree(line.substring("data: ".length()));
                service.contract.conforms("event", service.contract.schemas().get("Conversion"), event);
            }
        }
        service.ask(
                204, "GET", ONE + "/events", made, "", "Authorization", "Bearer " + TOKEN, "Last-Event-ID", "99999");

        String failed = id(service.ask(202, "POST", CONVERSIONS, "", body("broken.bam", "b")));
        JsonNode error = service.ended(failed).get("error");
        assertThat(error.has("offset") && error.has("resource")).as("%s", error).isTrue();
        service.ask(202, "POST", ONE + "/retry", failed, "");
        service.ended(failed);
        Files.delete(folder.resolve("broken.bam"));
        HttpResponse<String> gone = service.ask(400, "POST", ONE + "/retry", failed, "");
        assertThat(JSON.readTree(gone.body()).get("field").stringValue()).isEqualTo("source");

        lists(service);
        service.ask(400, "POST", CONVERSIONS, "", "{}");
        service.ask(413, "POST", CONVERSIONS, "", "x".repeat(70_000));
        service.ask(415, "POST", CONVERSIONS, "", "{}", "Authorization", "Bearer " + TOKEN);
        service.ask(401, "GET", CONVERSIONS, "", "", "Accept", "*/*");
        service.ask(404, "GET", ONE, "0".repeat(32), "");

        service.ask(201, "POST", "/admin/links", "", "{\"dataset\": \"project/sample\", \"unplaced\": true}");
        service.ask(404, "POST", "/admin/links", "", "{\"dataset\": \"none\"}");
        service.ask(400, "POST", "/admin/links", "", "{}");
        service.ask(413, "POST", "/admin/links", "", "x".repeat(70_000));
        String cohort = "/admin/cohorts/{name}";
        service.ask(200, "PUT", cohort, "one", "{\"members\": [\"project/sample\"]}");
        service.ask(400, "PUT", cohort, "one", "{}");
        service.ask(415, "PUT", cohort, "one", "{}", "Authorization", "Bearer " + TOKEN);
        service.ask(200, "GET", cohort, "one", "");
        service.ask(200, "DELETE", cohort, "one", "");
        service.ask(404, "GET", cohort, "one", "");
        service.ask(200, "GET", "/admin/sweep", "", "");
        service.ask(200, "POST", "/admin/sweep", "", "");
        service.ask(200, "DELETE", "/admin/datasets/{id}", "project/sample", "");
        service.ask(404, "DELETE", "/admin/datasets/{id}", "project/sample", "");
    }

    /** Each parameter with its example, which has to be accepted, and {@code after} with the {@code next} of a page. */
    private static void lists(Asked service) throws IOException, InterruptedException {
        service.ask(200, "GET", CONVERSIONS, "", "");
        for (JsonNode parameter : service.contract.parameters(service.contract.operation("get " + CONVERSIONS))) {
            String value = URLEncoder.encode(parameter.get("example").asString(), StandardCharsets.UTF_8);
            service.ask(200, "GET", CONVERSIONS + "?" + parameter.get("name").stringValue() + "=" + value, "", "");
        }
        JsonNode first = JSON.readTree(
                service.ask(200, "GET", CONVERSIONS + "?limit=1", "", "").body());
        String next = first.get("next").stringValue();
        service.ask(200, "GET", CONVERSIONS + "?after=" + next, "", "");
        service.ask(400, "GET", CONVERSIONS + "?after=" + "0".repeat(32), "", "");
        HttpResponse<String> unknown = service.ask(400, "GET", CONVERSIONS + "?unheard=1", "", "");
        assertThat(service.contract.parameters(service.contract.operation("get " + CONVERSIONS)).stream()
                        .map(parameter -> parameter.get("name").stringValue()))
                .allSatisfy(name -> assertThat(unknown.body()).contains(name));
    }

    @Test
    void whatWaitsCanBeCancelledAndWhoAsksTooOftenIsToldSo() throws IOException, InterruptedException {
        Files.write(folder.resolve("a.bam"), Bams.file(RandomRecords.header(), new RandomRecords(1).sortedList(10)));
        Asked service = start("bams3.jobs.workers=0", "bams3.limit.requests-per-second=1", "bams3.limit.burst=1");
        String waiting = id(service.ask(
                202,
                "POST",
                CONVERSIONS,
                "",
                body("a.bam", "a"),
                "Authorization",
                "Bearer " + TOKEN,
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                "run-1"));
        JsonNode queued =
                JSON.readTree(service.ask(200, "GET", ONE, waiting, "").body());
        assertThat(queued.get("state").stringValue()).isEqualTo("QUEUED");
        HttpResponse<String> cancelled = service.ask(200, "DELETE", ONE, waiting, "");
        assertThat(JSON.readTree(cancelled.body()).get("state").stringValue()).isEqualTo("CANCELLED");
        for (String path : List.of("/datasets", "/reads/service-info", "/reads/{id}")) {
            service.askTooOften(path, "a");
        }
    }

    @Test
    void whereTheSurfaceIsOffItSaysSo() throws IOException, InterruptedException {
        RunningServer server = RunningServer.start("bams3.store=file:" + folder.resolve("store"));
        servers.add(server);
        Asked service = new Asked(server);
        service.contract.operations().keySet().stream()
                .filter(name -> name.contains(" /admin/"))
                .forEach(name -> {
                    String[] parts = name.split(" ");
                    try {
                        service.ask(404, parts[0].toUpperCase(Locale.ROOT), parts[1], "0".repeat(32), "");
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(name, e);
                    }
                });
    }
}
