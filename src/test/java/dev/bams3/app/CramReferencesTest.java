package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.TestS3;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A CRAM is converted with its references in a bucket, on a web server or in a folder; others are refused by name. */
class CramReferencesTest {
    private static final String BUCKET = "s3://" + S3ProxyServer.BUCKET;
    private static final String TOKEN = "t".repeat(32);
    private static final int LENGTH = 30_000;

    /** Slices of several references have no checksum of their bases. */
    private static final String WITHOUT_CHECKSUMS = "version=3.0,multi_seq_per_slice=1";

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final List<String> properties = new ArrayList<>();
    private final TestS3 s3 = TestS3.start();
    private final MemoryObjectStore web = new MemoryObjectStore();
    private final FaultyS3 server = new FaultyS3(web);

    @BeforeEach
    void set() throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        property("bams3.store", "file:" + folder);
        property("bams3.s3.endpoint", s3.endpoint().toString());
        property("bams3.s3.path-style", "true");
        property("aws.accessKeyId", S3ProxyServer.ACCESS_KEY);
        property("aws.secretAccessKey", S3ProxyServer.SECRET_KEY);
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            List<Reference> references = List.of(new Reference("chr1", LENGTH), new Reference("chr2", LENGTH));
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(17, references).withDepth(3), bam);
        }
        Files.write(folder.resolve("sample.bam"), bam.toByteArray());
        fasta("genome.fa", 1);
        fasta("other.fa", 2);
        cram("sample.cram", "version=3.1");
        cram("several.cram", WITHOUT_CHECKSUMS);
        for (String name : List.of("sample.cram", "genome.fa", "genome.fa.fai", "other.fa", "other.fa.fai")) {
            s3.client()
                    .putObject(
                            request -> request.bucket(S3ProxyServer.BUCKET).key("data/" + name),
                            RequestBody.fromFile(folder.resolve(name)));
            web.put(new ObjectKey(name), Files.readAllBytes(folder.resolve(name)), PutCondition.always());
        }
    }

    private void property(String name, String value) {
        System.setProperty(name, value);
        properties.add(name);
    }

    @AfterEach
    void close() {
        properties.forEach(System::clearProperty);
        server.close();
        s3.close();
    }

    @Test
    void commandsReadReferencesInFoldersBucketsAndOnWebServers() {
        String path = folder.resolve("genome.fa").toString();
        for (String reference :
                List.of(path, "file:" + path, BUCKET + "/data/genome.fa", server.endpoint() + "/open/a/genome.fa")) {
            ProgramRun.expecting(
                    0, "convert", BUCKET + "/data/sample.cram", "sample", "--replace", "--reference", reference);
            assertConverted();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample.cram", "several.cram"})
    void anotherReferenceIsRefusedByTheNameOfItsSequence(String cram) {
        String path = folder.resolve(cram).toString();
        assertThat(ProgramRun.expecting(
                        1,
                        "convert",
                        path,
                        "sample",
                        "--reference",
                        folder.resolve("other.fa").toString()))
                .contains("reference 'chr1' in ", "other.fa", "is not the one that this CRAM was made with", "MD5");
        assertThat(ProgramRun.expecting(1, "convert", path, "sample")).contains("reference 'chr1'", "--reference");
        ProgramRun.expecting(
                0,
                "convert",
                path,
                "sample",
                "--reference",
                folder.resolve("genome.fa").toString());
    }

    @Test
    void aReferenceThatDoesNotExistIsNamedWithTheWayOut() {
        for (String missing : List.of(folder.resolve("none.fa").toString(), BUCKET + "/data/none.fa")) {
            assertThat(ProgramRun.expecting(
                            1, "convert", folder.resolve("sample.cram").toString(), "none", "--reference", missing))
                    .contains(missing + ": the reference does not exist", "--reference", "REF_PATH")
                    .doesNotContain(".fai");
        }
    }

    @Test
    void jobsReadReferencesInBuckets() throws Exception {
        try (RunningServer service = RunningServer.start(
                        store -> store,
                        "bams3.store=file:" + folder,
                        "bams3.sources=" + BUCKET + "/data",
                        "bams3.jobs.poll=50ms",
                        "bams3.admin.token=" + TOKEN);
                HttpClient client = HttpClient.newHttpClient()) {
            String right = submit(client, service, "sample", BUCKET + "/data/genome.fa");
            String wrong = submit(client, service, "wrong", BUCKET + "/data/other.fa");
            Wait.until(
                    "the conversion ends", () -> state(client, service, right).equals("SUCCEEDED"));
            Wait.until(
                    "the conversion fails", () -> state(client, service, wrong).equals("FAILED"));
            assertThat(send(client, service, HttpRequest.newBuilder(), "/admin/conversions/" + wrong)
                            .body())
                    .contains("reference 'chr1' in ")
                    .contains("is not the one that this CRAM was made with");
            HttpRequest.Builder elsewhere =
                    HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body("x", "file:/etc/passwd")));
            HttpResponse<String> refused = send(client, service, elsewhere, "/admin/conversions");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("options.reference");
        }
        assertConverted();
    }

    private void assertConverted() {
        Path back = folder.resolve("back.bam");
        ProgramRun.expecting(0, "export", "sample", back.toString(), "--force");
        RawBam expected = Htslib.read(
                        folder.resolve("sample.cram"),
                        "-T",
                        folder.resolve("genome.fa").toString())
                .bam()
                .orElseThrow();
        RawBam found = RawBam.read(back);
        assertThat(found.records()).isNotEmpty().hasSameSizeAs(expected.records());
        for (int i = 0; i < found.records().size(); i++) {
            assertThat(found.records().get(i)).isEqualTo(expected.records().get(i));
        }
    }

    private void fasta(String name, long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (String sequence : List.of("chr1", "chr2")) {
            text.append('>').append(sequence).append('\n');
            for (int i = 0; i < LENGTH; i++) {
                text.append("ACGT".charAt(random.nextInt(4)));
            }
            text.append('\n');
        }
        Path fasta = Files.writeString(folder.resolve(name), text);
        Htslib.samtools("faidx", fasta.toString());
    }

    private void cram(String name, String format) {
        Htslib.Answer made = Htslib.samtools(
                "view",
                "-C",
                "-O",
                "cram," + format,
                "-T",
                folder.resolve("genome.fa").toString(),
                "-o",
                folder.resolve(name).toString(),
                folder.resolve("sample.bam").toString());
        assertThat(made.exit()).as(made.errors()).isZero();
    }

    private static String body(String dataset, String reference) {
        return "{\"source\": \"" + BUCKET + "/data/sample.cram\", \"dataset\": \"" + dataset
                + "\", \"options\": {\"reference\": \"" + reference + "\"}}";
    }

    private static String submit(HttpClient client, RunningServer service, String dataset, String reference) {
        HttpResponse<String> accepted = send(
                client,
                service,
                HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body(dataset, reference))),
                "/admin/conversions");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return JsonMapper.shared().readTree(accepted.body()).get("id").stringValue();
    }

    private static String state(HttpClient client, RunningServer service, String id) {
        JsonNode job = JsonMapper.shared()
                .readTree(send(client, service, HttpRequest.newBuilder(), "/admin/conversions/" + id)
                        .body());
        return job.get("state").stringValue();
    }

    private static HttpResponse<String> send(
            HttpClient client, RunningServer service, HttpRequest.Builder request, String path) {
        try {
            return client.send(
                    request.uri(URI.create(service.url(path)))
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + TOKEN)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
