package dev.bams3.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.TestS3;
import dev.bams3.fixtures.Wait;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobRequest;
import dev.bams3.jobs.JobService;
import dev.bams3.storage.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin surface over HTTP, on a bucket, with one replica or two. */
@Timeout(60)
class AdminEndToEndTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String SOURCE = "s3://" + S3ProxyServer.BUCKET + "/bams/a.bam";
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    private final TestS3 s3 = TestS3.start();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> properties = new ArrayList<>();
    private final List<RunningServer> servers = new ArrayList<>();

    @BeforeEach
    void set() {
        property("aws.accessKeyId", S3ProxyServer.ACCESS_KEY);
        property("aws.secretAccessKey", S3ProxyServer.SECRET_KEY);
        put("bams/a.bam", bam(1));
    }

    private void property(String name, String value) {
        System.setProperty(name, value);
        properties.add(name);
    }

    @AfterEach
    void close() {
        client.close();
        servers.forEach(RunningServer::close);
        properties.forEach(System::clearProperty);
        s3.close();
    }

    @Test
    void aBamInABucketBecomesADatasetThatIsServed() throws Exception {
        RunningServer server = start(store -> store);
        var accepted = post(server, "/admin/conversions", body(SOURCE, "a/one", "\"chunkBytes\": 65536"));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo("/admin/conversions/"
                        + JSON.readTree(accepted.body()).get("id").stringValue());
        assertThat(post(server, "/admin/conversions", body(SOURCE, "a/one", "\"chunkBytes\": 65536"))
                        .headers()
                        .firstValue("Location"))
                .contains(location);

        JsonNode done = ended(server, location);
        assertThat(done.get("state").stringValue()).as("%s", done).isEqualTo("SUCCEEDED");
        assertThat(done.get("progress").get("percent").doubleValue()).isEqualTo(100);
        assertThat(done.get("result").get("records").intValue()).isEqualTo(500);
        assertThat(done.get("result").get("digest").stringValue()).hasSize(16);
        assertThat(done.get("format").stringValue()).isEqualTo("BAM");
        var read = get(server, "/reads/a/one?format=SAM");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body().lines().filter(line -> !line.startsWith("@"))).hasSize(500);

        var page = JSON.readTree(get(server, "/admin/conversions?state=SUCCEEDED&dataset=a/one&limit=1")
                .body());
        assertThat(page.get("conversions")).hasSize(1);
        var again = post(server, "/admin/conversions", body(SOURCE, "a/one", ""));
        assertThat(again.statusCode()).isEqualTo(409);
        assertProblem(again, 409, "dataset");
        assertThat(send(server, "DELETE", location).statusCode()).isEqualTo(409);
        assertThat(post(server, "/admin/conversions", body(SOURCE, "a/other", ""))
                        .statusCode())
                .isEqualTo(202);
        JobService service = server.bean(JobService.class);
        JobRequest beside = new JobRequest(SOURCE, "a/other", JobOptions.DEFAULT);
        ended(
                server,
                "/admin/conversions/"
                        + service.jobs().submit(beside, Optional.empty()).id());
        List<String> others = keys("a/other");
        assertThat(others).isNotEmpty();
        JsonNode look = JSON.readTree(get(server, "/admin/sweep").body());
        assertThat(look.get("dryRun").booleanValue()).isTrue();
        assertThat(look.get("findings")).isEmpty();
        assertThat(JSON.readTree(post(server, "/admin/sweep", "").body())
                        .get("dryRun")
                        .booleanValue())
                .isFalse();
        assertThat(send(server, "DELETE", "/admin/datasets/a/one").statusCode()).isEqualTo(200);
        assertThat(keys("a/one")).isEmpty();
        assertThat(keys("a/other")).as("nothing else").isEqualTo(others);
        assertThat(get(server, "/reads/a/one?format=SAM").statusCode()).isEqualTo(404);
        assertProblem(send(server, "DELETE", "/admin/datasets/a/one"), 404, "id");
        assertProblem(send(server, "DELETE", "/admin/datasets/.bams3-jobs"), 404, "id");
        assertThat(events(server, location, 0)).last().asString().contains("SUCCEEDED");
        var finished = send(server, "GET", location + "/events", "Last-Event-ID", "999");
        assertThat(finished.statusCode()).isEqualTo(204);
    }

    /** The same file, cut and in one piece, by two replicas with other settings. */
    @Test
    void aBamInABucketIsConvertedInShards() throws Exception {
        RunningServer server = start(store -> store, "bams3.jobs.shards=3", "bams3.jobs.shard-size=200KB");
        var cut = post(server, "/admin/conversions", body(SOURCE, "a/cut", ""));
        JsonNode inShards = ended(server, cut.headers().firstValue("Location").orElseThrow());
        assertThat(inShards.get("state").stringValue()).as("%s", inShards).isEqualTo("SUCCEEDED");
        server.close();
        RunningServer other = start(store -> store);
        var whole = post(other, "/admin/conversions", body(SOURCE, "a/whole", ""));
        JsonNode inOne = ended(other, whole.headers().firstValue("Location").orElseThrow());
        for (String same : List.of("records", "recordBytes", "digest")) {
            assertThat(inShards.get("result").get(same))
                    .as(same)
                    .isEqualTo(inOne.get("result").get(same));
        }
        assertThat(inShards.get("result").get("chunks").intValue())
                .isGreaterThan(inOne.get("result").get("chunks").intValue());
        assertThat(get(other, "/reads/a/cut?format=SAM").body())
                .isEqualTo(get(other, "/reads/a/whole?format=SAM").body());
        assertThat(keys("a/cut")).noneMatch(key -> key.contains("/conversion/"));
    }

    /** All are tiny, and real. */
    @Test
    @Timeout(180)
    void twoHundredConversionsAreQueuedAndSharedByTwoReplicas() throws Exception {
        put("bams/tiny.bam", Bams.file(RandomRecords.header(), new RandomRecords(2).sortedList(5)));
        String tiny = "s3://" + S3ProxyServer.BUCKET + "/bams/tiny.bam";
        RunningServer front = start(store -> store, "bams3.jobs.workers=0");
        Set<Optional<String>> locations = new HashSet<>();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<HttpResponse<String>>> submitters = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                submitters.add(() -> post(front, "/admin/conversions", body(tiny, "q/0", "")));
            }
            for (int i = 1; i < 200; i++) {
                String dataset = "q/" + i;
                submitters.add(() -> post(front, "/admin/conversions", body(tiny, dataset, "")));
            }
            for (Future<HttpResponse<String>> answer : racers.invokeAll(submitters)) {
                assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(202);
                locations.add(answer.get().headers().firstValue("Location"));
            }
        }
        assertThat(locations).as("sixteen wanted the same").hasSize(200);
        assertThat(conversions(front, "QUEUED")).hasSize(200);
        assertProblem(post(front, "/admin/conversions", body(SOURCE, "q/7", "")), 409, "dataset");
        start(store -> store, "bams3.jobs.workers=3");
        start(store -> store, "bams3.jobs.workers=3");
        Wait.until("all have ended", () -> conversions(front, "SUCCEEDED").size() == 200);
        Set<String> workers = new HashSet<>();
        conversions(front, "SUCCEEDED").forEach(done -> {
            assertThat(done.get("result").get("records").intValue()).isEqualTo(5);
            workers.add(done.get("worker").stringValue());
        });
        assertThat(workers).hasSize(2);
        assertThat(get(front, "/reads/q/199?format=SAM").body().lines().filter(line -> !line.startsWith("@")))
                .hasSize(5);
    }

    private List<JsonNode> conversions(RunningServer server, String state) {
        try {
            return JSON.readTree(get(server, "/admin/conversions?limit=1000&state=" + state)
                            .body())
                    .get("conversions")
                    .valueStream()
                    .toList();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void mistakesAreProblemsThatNameTheField() throws Exception {
        RunningServer server = start(store -> store);
        put("bams/note.txt", "some text\n".getBytes(StandardCharsets.US_ASCII));
        String bucket = "s3://" + S3ProxyServer.BUCKET;
        Map<String, String> mistakes = Map.ofEntries(
                Map.entry(body(bucket + "/bams/missing.bam", "a", ""), "source"),
                Map.entry(body(bucket + "/bams/note.txt", "a", ""), "source"),
                Map.entry(body("s3://no-such-bucket/a.bam", "a", ""), "source"),
                Map.entry(body("file:/etc/passwd", "a", ""), "source"),
                Map.entry(body(SOURCE, "../a", ""), "dataset"),
                Map.entry(body(SOURCE, "a", "\"chunkBytes\": 1"), "options.chunkBytes"),
                Map.entry(body(SOURCE, "a", "\"chunkBytes\": \"1\""), "options.chunkBytes"),
                Map.entry(body(SOURCE, "a", "\"blockRecords\": 1e30"), "options.blockRecords"),
                Map.entry(body(SOURCE, "a", "\"level\": 20"), "options.level"),
                Map.entry(body(SOURCE, "a", "\"replace\": 1"), "options.replace"),
                Map.entry(body(SOURCE, "a", "\"reference\": \"file:/etc/passwd\""), "options.reference"),
                Map.entry(body(SOURCE, "a", "\"chunkbytes\": 100000"), "options.chunkbytes"),
                Map.entry("{\"source\": \"" + SOURCE + "\"}", "dataset"),
                Map.entry("{\"source\": 5, \"dataset\": \"a\"}", "source"),
                Map.entry("{\"source\": \"" + SOURCE + "\", \"dataset\": \"a\", \"option\": {}}", "option"));
        for (var mistake : mistakes.entrySet()) {
            assertProblem(post(server, "/admin/conversions", mistake.getKey()), 400, mistake.getValue());
        }
        for (String json : List.of("", "[]", "{", "{} {}", "{\"source\":\"a\",\"source\":\"b\"}")) {
            assertThat(post(server, "/admin/conversions", json).statusCode())
                    .as(json)
                    .isEqualTo(400);
        }
        assertThat(post(server, "/admin/conversions", "x".repeat(70_000)).statusCode())
                .isEqualTo(413);
        assertThat(send(server, "GET", "/admin/conversions/no-such").statusCode())
                .isEqualTo(404);
        assertProblem(get(server, "/admin/conversions?limit=0"), 400, "limit");
        assertProblem(get(server, "/admin/conversions?stat=FAILED"), 400, "stat");
        assertThat(JSON.readTree(get(server, "/admin/conversions").body()).get("conversions"))
                .isEmpty();
        var form = client.send(
                request(server, "/admin/conversions")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString(body(SOURCE, "a", "")))
                        .build(),
                BodyHandlers.ofString());
        assertThat(form.statusCode()).isEqualTo(415);
        var anonymous = client.send(
                HttpRequest.newBuilder(URI.create(server.url("/admin/conversions")))
                        .build(),
                BodyHandlers.ofString());
        assertThat(anonymous.statusCode()).isEqualTo(401);
    }

    /** The one that is asked does not work on the conversion; it knows by the store alone. */
    @Test
    void aConversionIsWatchedAndCancelledThroughAnotherReplica() throws Exception {
        List<FaultyObjectStore> slow = new ArrayList<>();
        RunningServer worker = start(store -> {
            slow.add(new FaultyObjectStore(store, 1)
                    .onEach(
                            FaultyObjectStore.calls(Operation.COMPLETE)
                                    .and(call -> call.key().contains(".b3c")),
                            Fault.HANG));
            return slow.getFirst();
        });
        RunningServer other = start(store -> store, "bams3.jobs.workers=0");
        var accepted = post(other, "/admin/conversions", body(SOURCE, "a/slow", ""), "Idempotency-Key", "mine");
        assertThat(accepted.statusCode()).isEqualTo(202);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        slow.getFirst().awaitHanging(1);
        HttpResponse<InputStream> stream =
                client.send(request(other, location + "/events").build(), BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        try (BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            String first = data(events);
            assertThat(first).contains("\"RUNNING\"");
            assertThat(send(other, "DELETE", location).statusCode()).isEqualTo(202);
            String last = first;
            for (String event = first; event != null; event = data(events)) {
                last = event;
            }
            assertThat(last).contains("\"CANCELLED\"");
        }
        assertThat(keys("a/slow")).isEmpty();
        assertThat(s3.client()
                        .listMultipartUploads(request -> request.bucket(S3ProxyServer.BUCKET))
                        .uploads())
                .isEmpty();
        slow.getFirst().release();
        assertThat(post(other, location + "/retry", "").statusCode()).isEqualTo(202);
        JsonNode done = ended(other, location);
        assertThat(done.get("state").stringValue()).as("%s", done).isEqualTo("SUCCEEDED");
        assertThat(done.get("worker").stringValue()).isNotBlank();
        assertThat(worker.port()).isNotEqualTo(other.port());
        assertThat(post(other, "/admin/conversions", body(SOURCE, "a/slow", ""), "Idempotency-Key", "mine")
                        .headers()
                        .firstValue("Location"))
                .contains(location);
        assertProblem(
                post(other, "/admin/conversions", body(SOURCE, "b", ""), "Idempotency-Key", "mine"),
                400,
                "Idempotency-Key");
    }

    /** Links and dots lead to places that are not permitted, though the path begins with one that is. */
    @Test
    void filesAreReadOnlyWherePermitted() throws Exception {
        Path permitted = Files.createDirectory(folder.resolve("permitted"));
        Path secret = Files.createDirectory(folder.resolve("secret"));
        Files.write(permitted.resolve("a.bam"), bam(3));
        Files.write(secret.resolve("b.bam"), bam(4));
        Files.createSymbolicLink(permitted.resolve("link.bam"), secret.resolve("b.bam"));
        Files.createSymbolicLink(permitted.resolve("folder"), secret);
        Path store = folder.resolve("store");
        RunningServer server = RunningServer.start(
                "bams3.store=file:" + store,
                "bams3.admin.token=" + TOKEN,
                "bams3.sources=file:" + permitted,
                "bams3.jobs.heartbeat=50ms",
                "bams3.jobs.poll=100ms");
        servers.add(server);
        for (String path : List.of("link.bam", "folder/b.bam", "../secret/b.bam", "missing.bam", "folder", "..")) {
            assertProblem(
                    post(server, "/admin/conversions", body("file:" + permitted + "/" + path, "x", "")), 400, "source");
        }
        assertProblem(post(server, "/admin/conversions", body(SOURCE, "x", "")), 400, "source");
        var accepted = post(server, "/admin/conversions", body("file:" + permitted + "/./a.bam", "x", ""));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        JsonNode done = ended(server, accepted.headers().firstValue("Location").orElseThrow());
        assertThat(done.get("state").stringValue()).as("%s", done).isEqualTo("SUCCEEDED");
    }

    private RunningServer start(UnaryOperator<ObjectStore> wrapping, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "bams3.store=s3://" + S3ProxyServer.BUCKET + "/datasets",
                "bams3.s3.endpoint=" + s3.endpoint(),
                "bams3.s3.path-style=true",
                "bams3.admin.token=" + TOKEN,
                "bams3.access.public-datasets=**",
                "bams3.jobs.heartbeat=100ms",
                "bams3.jobs.poll=100ms"));
        settings.addAll(List.of(more));
        RunningServer server = RunningServer.start(wrapping, settings.toArray(String[]::new));
        servers.add(server);
        return server;
    }

    private static byte[] bam(long seed) {
        return Bams.file(RandomRecords.header(), new RandomRecords(seed).sortedList(500));
    }

    private void put(String key, byte[] body) {
        s3.client().putObject(request -> request.bucket(S3ProxyServer.BUCKET).key(key), RequestBody.fromBytes(body));
    }

    private List<String> keys(String dataset) {
        return s3
                .client()
                .listObjectsV2(request -> request.bucket(S3ProxyServer.BUCKET).prefix("datasets/" + dataset + ".bams3"))
                .contents()
                .stream()
                .map(software.amazon.awssdk.services.s3.model.S3Object::key)
                .toList();
    }

    private static String body(String source, String dataset, String options) {
        return "{\"source\": \"" + source + "\", \"dataset\": \"" + dataset + "\", \"options\": {" + options + "}}";
    }

    private JsonNode ended(RunningServer server, String location) throws Exception {
        events(server, location, 0);
        return JSON.readTree(get(server, location).body());
    }

    /** The data of all events until the end. */
    private List<String> events(RunningServer server, String location, long last) throws Exception {
        HttpResponse<InputStream> stream = client.send(
                request(server, location + "/events")
                        .header("Last-Event-ID", Long.toString(last))
                        .build(),
                BodyHandlers.ofInputStream());
        List<String> all = new ArrayList<>();
        try (BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            for (String event = data(events); event != null; event = data(events)) {
                all.add(event);
            }
        }
        return all;
    }

    private static @Nullable String data(BufferedReader events) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.startsWith("data: ")) {
                return line.substring("data: ".length());
            }
        }
        return null;
    }

    private HttpResponse<String> get(RunningServer server, String path) throws Exception {
        return send(server, "GET", path);
    }

    private HttpResponse<String> send(RunningServer server, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(server, path).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(RunningServer server, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                request(server, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(RunningServer server, String path) {
        return HttpRequest.newBuilder(URI.create(server.url(path))).header("Authorization", "Bearer " + TOKEN);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String field) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("field").stringValue()).as(answer.body()).isEqualTo(field);
        assertThat(problem.get("detail").stringValue()).startsWith(field + ": ");
    }
}
