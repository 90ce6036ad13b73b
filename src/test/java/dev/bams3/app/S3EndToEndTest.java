package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.TestS3;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Everything on a bucket, by settings and credentials as a user gives them: first the commands, then the service. */
class S3EndToEndTest {
    private static final String BUCKET = "s3://" + S3ProxyServer.BUCKET;
    private static final String STORE = BUCKET + "/some/prefix";

    @TempDir
    private Path folder;

    private final List<String> properties = new ArrayList<>();
    private final TestS3 s3 = TestS3.start();

    @BeforeEach
    void set() {
        property("bams3.store", STORE);
        property("bams3.s3.endpoint", s3.endpoint().toString());
        property("bams3.s3.path-style", "true");
        property("aws.accessKeyId", S3ProxyServer.ACCESS_KEY);
        property("aws.secretAccessKey", S3ProxyServer.SECRET_KEY);
    }

    @AfterEach
    void reset() {
        properties.forEach(System::clearProperty);
        s3.close();
    }

    @Test
    void commandsAndServiceWorkOnABucket() throws Exception {
        Path source = folder.resolve("source.bam");
        byte[] bam = simulate();
        Files.write(source, bam);

        String copied = BUCKET + "/elsewhere/copy.bams3";
        String exported = BUCKET + "/bams/exported.bam";
        ProgramRun.expecting(0, "convert", source.toString(), "a/sample");
        ProgramRun.expecting(0, "export", "a/sample", exported, "--level", "1");
        ProgramRun.expecting(0, "convert", exported, copied);
        assertThat(ProgramRun.expecting(0, "verify", copied)).contains("sound");
        assertThat(digest(ProgramRun.expecting(0, "stats", copied, "--json")))
                .isEqualTo(digest(ProgramRun.expecting(0, "stats", "a/sample", "--json")));
        assertThat(columns(ProgramRun.expecting(0, "query", "a/sample", "chr1:100,001-101,000")))
                .isEqualTo(expected(bam));
        Path back = folder.resolve("back.bam");
        ProgramRun.expecting(0, "export", STORE + "/a/sample.bams3", back.toString());
        Bams.Content was = Bams.read(bam, "source");
        Bams.Content is = Bams.read(Files.readAllBytes(back), "back");
        assertThat(is.header().text()).isEqualTo(was.header().text());
        assertThat(is.records()).isEqualTo(was.records());

        String simulated = BUCKET + "/bams/simulated.bam";
        ProgramRun.expecting(0, "simulate", simulated, "--reference", "chr1:20000", "--depth", "3");
        ProgramRun.expecting(0, "convert", simulated, "b/simulated");
        assertThat(ProgramRun.expecting(0, "verify", "b/simulated")).contains("sound");

        serves(bam);
    }

    private static void serves(byte[] bam) throws Exception {
        String region = "/a/sample?referenceName=chr1&start=100000&end=101000";
        List<CountingObjectStore> stores = new ArrayList<>();
        try (RunningServer server = RunningServer.start(
                store -> {
                    stores.add(new CountingObjectStore(store));
                    return stores.getFirst();
                },
                "bams3.store=" + STORE)) {
            byte[] whole = ticketed(server.url("/reads" + region));
            assertThat(records(whole)).isEqualTo(expected(bam));

            CountingObjectStore store = stores.getFirst();
            store.reset();
            String sam = new String(get(server.url("/stream/reads" + region + "&format=SAM")), StandardCharsets.UTF_8);
            assertThat(columns(sam)).isEqualTo(expected(bam));
            assertThat(store.calls())
                    .as("metadata, header, index and the blocks are known")
                    .isEmpty();
        }
    }

    /** What a ticket's addresses give, one after the other. */
    private static byte[] ticketed(String url) throws Exception {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        JsonNode ticket = JsonMapper.shared().readTree(get(url)).get("htsget");
        for (JsonNode part : ticket.get("urls")) {
            String address = part.get("url").stringValue();
            whole.writeBytes(
                    address.startsWith("data:")
                            ? Base64.getDecoder().decode(address.substring(address.indexOf(',') + 1))
                            : get(address));
        }
        return whole.toByteArray();
    }

    private static byte[] get(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
            assertThat(answer.statusCode())
                    .as(new String(answer.body(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(200);
            return answer.body();
        }
    }

    private static byte[] simulate() throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 200_000), new Reference("chr2", 20_000));
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(17, references).withDepth(15), bam);
        }
        return bam.toByteArray();
    }

    /** The reads of the region, as another program reads the source. */
    private static List<String> expected(byte[] bam) throws IOException {
        return decoded(bam).stream()
                .filter(read -> read.getReferenceName().equals("chr1")
                        && read.getAlignmentStart() <= 101_000
                        && Math.max(read.getAlignmentEnd(), read.getAlignmentStart()) > 100_000)
                .map(SAMRecord::getSAMString)
                .map(S3EndToEndTest::withoutTags)
                .toList();
    }

    private static List<String> records(byte[] bam) throws IOException {
        return decoded(bam).stream()
                .map(SAMRecord::getSAMString)
                .map(S3EndToEndTest::withoutTags)
                .toList();
    }

    private static List<SAMRecord> decoded(byte[] bam) throws IOException {
        try (SamReader reader =
                SamReaderFactory.makeDefault().open(SamInputResource.of(new ByteArrayInputStream(bam)))) {
            return reader.iterator().toList();
        }
    }

    private static List<String> columns(String sam) {
        assertThat(sam).startsWith("@HD\t");
        return sam.lines()
                .filter(line -> !line.startsWith("@"))
                .map(S3EndToEndTest::withoutTags)
                .toList();
    }

    private static String withoutTags(String line) {
        String[] columns = line.strip().split("\t");
        return String.join("\t", Arrays.copyOf(columns, 11));
    }

    private static String digest(String json) {
        return json.lines().filter(line -> line.contains("digest")).findFirst().orElseThrow();
    }

    private void property(String name, String value) {
        System.setProperty(name, value);
        properties.add(name);
    }
}
