package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Wait;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web server that often fails as a source: of commands by any address, of the service below its roots alone. */
class WebSourcesTest {
    private static final String TOKEN = "t".repeat(32);
    private static final ObjectKey KEY = new ObjectKey("sample.bam");

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final MemoryObjectStore objects = new MemoryObjectStore();
    private final FaultyS3 server = new FaultyS3(objects);
    private byte[] bam = {};

    @BeforeEach
    void serve() throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            SimulationOptions options = SimulationOptions.illumina(17, List.of(new Reference("chr1", 100_000)));
            new Simulator(cpu, 1).simulate(options.withDepth(15), made);
        }
        bam = made.toByteArray();
        objects.put(KEY, bam, PutCondition.always());
        Fault[] passing = {Fault.SERVER_ERROR, Fault.RESET, Fault.SHORT_BODY};
        server.setFaults(request -> server.requests() % 3 == 0 ? passing[(int) (server.requests() / 3 % 3)] : null);
        System.setProperty("bams3.store", "file:" + folder);
    }

    @AfterEach
    void close() {
        System.clearProperty("bams3.store");
        server.close();
    }

    @Test
    void aCommandReadsAnyAddress() throws IOException {
        String address = server.endpoint() + "/open/a/sample.bam";
        assertThat(ProgramRun.expecting(0, "convert", address + "?X-Amz-Signature=s3cret", "sample"))
                .doesNotContain("s3cret");
        assertThat(server.faulty()).isPositive();
        assertThat(folder.resolve("sample.bams3/_metadata.json"))
                .content()
                .contains("\"file\":\"" + address + "\"")
                .doesNotContain("s3cret");
        Path back = folder.resolve("back.bam");
        ProgramRun.expecting(0, "export", "sample", back.toString());
        assertThat(RawBam.inflated(Files.readAllBytes(back))).isEqualTo(RawBam.inflated(bam));
        assertThat(ProgramRun.expecting(1, "convert", server.endpoint() + "/open/a/other.bam?sig=s3cret", "other"))
                .contains("/open/a/other.bam: no such file (404)")
                .doesNotContain("s3cret");
        assertThat(ProgramRun.expecting(2, "export", "sample", address)).contains("cannot be written");
    }

    @Test
    void theServiceReadsBelowItsRootsAndNowhereElse() throws Exception {
        String open = server.endpoint() + "/open/a/sample.bam?X-Amz-Signature=s3cret";
        try (RunningServer service = RunningServer.start(
                        store -> store,
                        "bams3.store=file:" + folder,
                        "bams3.sources=" + server.endpoint() + "/open",
                        "bams3.jobs.poll=50ms",
                        "bams3.admin.token=" + TOKEN);
                HttpClient client = HttpClient.newHttpClient()) {
            for (String address : List.of(
                    server.endpoint() + "/closed/a/sample.bam",
                    server.endpoint() + "/open/%2e%2e/closed/a/sample.bam",
                    "http://169.254.169.254/latest/meta-data",
                    "file:" + folder + "/sample.bam")) {
                HttpResponse<String> refused = submit(client, service, address);
                assertThat(refused.statusCode()).as(address).isEqualTo(400);
                assertThat(refused.body()).contains("\"field\":\"source\"");
            }
            assertThat(server.requests()).isZero();
            HttpResponse<String> accepted = submit(client, service, open);
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            String id = JsonMapper.shared().readTree(accepted.body()).get("id").stringValue();
            Wait.until("the conversion ends", () -> state(client, service, id).equals("SUCCEEDED"));
            assertThat(get(client, service, id).body())
                    .contains("/open/a/sample.bam")
                    .doesNotContain("s3cret");
        }
        assertThat(ProgramRun.expecting(0, "verify", "sample")).contains("sound");
    }

    private static String state(HttpClient client, RunningServer service, String id) {
        JsonNode job = JsonMapper.shared().readTree(get(client, service, id).body());
        assertThat(job.get("state").stringValue()).as(job.toString()).isNotEqualTo("FAILED");
        return job.get("state").stringValue();
    }

    private static HttpResponse<String> get(HttpClient client, RunningServer service, String id) {
        return send(client, HttpRequest.newBuilder(URI.create(service.url("/admin/conversions/" + id))));
    }

    private static HttpResponse<String> submit(HttpClient client, RunningServer service, String address) {
        String body = "{\"source\": \"" + address + "\", \"dataset\": \"sample\"}";
        return send(
                client,
                HttpRequest.newBuilder(URI.create(service.url("/admin/conversions")))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) {
        try {
            return client.send(
                    request.header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
