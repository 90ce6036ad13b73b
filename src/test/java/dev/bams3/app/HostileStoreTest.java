package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.MutantDatasets;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.block.ForgedBlocks;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service of 512 MB whose store has datasets that would end it: it refuses each by name, sweeps, and serves the others. */
class HostileStoreTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final int ROUNDS = 20;
    private static final List<String> HOSTILE = List.of("references", "header", "section", "block", "records");
    private static final RawBam GOOD = new RawBam(RandomRecords.header(), new RandomRecords(5).sortedList(300));

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    /** The service in a process of its own; tells its port by a file. */
    static final class Service {
        static void main(String[] settings) throws Exception {
            RunningServer server = RunningServer.start(
                    List.of(settings).subList(1, settings.length).toArray(String[]::new));
            Path file = Path.of(settings[0]);
            Files.writeString(file.resolveSibling("port.tmp"), "" + server.port());
            Files.move(file.resolveSibling("port.tmp"), file);
            new CountDownLatch(1).await();
        }
    }

    @Test
    @Timeout(240)
    void isRefusedByNameAndHarmsNoOther() throws Exception {
        Path root = Files.createDirectory(folder.resolve("store"));
        try (ObjectStore store = new FolderObjectStore(new StoreUri.Folder(root))) {
            publish(store);
        }
        age(root);
        Path log = folder.resolve("child.log");
        Path port = folder.resolve("port");
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Service.class.getName(),
                        port.toString(),
                        "bams3.store=file:" + root,
                        "bams3.admin.token=" + TOKEN))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Wait.until("the service is up", () -> Files.exists(port) || !child.isAlive());
            assertThat(child.isAlive()).as(Files.readString(log)).isTrue();
            String base = "http://localhost:" + Files.readString(port);
            byte[] right = get(base + "/stream/reads/good?format=SAM").body();
            assertThat(new String(right, StandardCharsets.ISO_8859_1).lines().filter(line -> !line.startsWith("@")))
                    .hasSize(GOOD.records().size());
            attack(base, right, child, log);
            assertThat(admin(base + "/admin/sweep", "POST").statusCode()).isEqualTo(200);
            assertThat(get(base + "/stream/reads/good?format=SAM").body()).isEqualTo(right);
            assertThat(child.isAlive()).as(Files.readString(log)).isTrue();
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
        // The sweep has looked at the commits, and kept what it could not read.
        for (String id : HOSTILE) {
            assertThat(root.resolve(id + ".bams3/_metadata.json")).exists();
        }
    }

    private void attack(String base, byte[] right, Process child, Path log) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (String id : HOSTILE) {
                for (String path : List.of(
                        "/stream/reads/" + id + "?format=BAM",
                        "/stream/reads/" + id + "?format=JSON&referenceName=chr1",
                        "/reads/" + id,
                        "/datasets/" + id + "/count")) {
                    answers.add(client.sendAsync(request(base + path).build(), BodyHandlers.ofByteArray()));
                }
            }
            assertThat(get(base + "/stream/reads/good?format=SAM").body())
                    .as("round %d: %s", round, Files.readString(log))
                    .isEqualTo(right);
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                // A ticket, or a count of whole blocks, needs nothing of what is too large.
                assertThat(answer.join().statusCode())
                        .as(
                                "%s: %s",
                                answer.join().uri(), new String(answer.join().body(), StandardCharsets.UTF_8))
                        .isIn(200, 404, 413, 503);
            }
            assertThat(child.isAlive()).as(Files.readString(log)).isTrue();
        }
        for (String id : HOSTILE) {
            HttpResponse<byte[]> answer = get(base + "/stream/reads/" + id + "?format=SAM");
            assertThat(answer.statusCode()).as(id).isEqualTo(413);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).as(id).contains("PayloadTooLarge");
        }
    }

    private HttpResponse<byte[]> get(String url) throws Exception {
        return client.send(request(url).build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> admin(String url, String method) throws Exception {
        return client.send(
                request(url)
                        .header("Authorization", "Bearer " + TOKEN)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url));
    }

    private static void publish(ObjectStore store) {
        write(store, "good", GOOD.header(), UnaryOperator.identity());
        write(store, "references", GOOD.header(), UnaryOperator.identity());
        addReferences(store, 1_000_000);
        write(
                store,
                "header",
                new SamHeader(
                        ("@CO\t" + "x".repeat(100 << 20)).getBytes(StandardCharsets.ISO_8859_1),
                        GOOD.header().references()),
                UnaryOperator.identity());
        write(store, "section", GOOD.header(), UnaryOperator.identity());
        MutantDatasets.claim(store, "section.bams3", 1 << 30);
        byte[] record = GOOD.records().getFirst();
        // Of several records it would be damaged: these have 64 MiB together at most (docs/format.md § 1).
        TestDatasets.write(
                store,
                "block.bams3",
                GOOD.header(),
                List.of(record),
                BlockSizing.DEFAULT,
                block -> ForgedBlocks.claiming(block, 600_000_000));
        // Legal, and small when it is stored.
        byte[] tag = ("XZZ" + "a".repeat(40 << 20) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        byte[] large = new byte[record.length + tag.length];
        System.arraycopy(record, 0, large, 0, record.length);
        System.arraycopy(tag, 0, large, record.length, tag.length);
        ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putInt(0, large.length - 4);
        TestDatasets.write(store, "records.bams3", GOOD.header(), List.of(large), BlockSizing.DEFAULT);
    }

    private static DatasetMetadata write(
            ObjectStore store, String id, SamHeader header, UnaryOperator<EncodedBlock> change) {
        return TestDatasets.write(store, id + ".bams3", header, GOOD.records(), BlockSizing.DEFAULT, change);
    }

    /** As a BAM of 5 MB would have it. */
    private static void addReferences(ObjectStore store, int count) {
        ObjectKey key = new ObjectKey("references.bams3/_metadata.json");
        String json = new String(store.get(key, 1 << 20).body(), StandardCharsets.UTF_8);
        StringBuilder longer = new StringBuilder(json.substring(0, json.lastIndexOf("],\"checksum\"")));
        for (int i = 0; i < count; i++) {
            longer.append(",{\"name\":\"c").append(i).append("\",\"length\":1000}");
        }
        store.put(key, MutantDatasets.sealed(longer.append("]}").toString()), PutCondition.always());
    }

    /** Each dataset has an older generation, so that the sweep asks for its commit, and all is older than its grace. */
    private static void age(Path root) throws IOException {
        for (String id : HOSTILE) {
            Path old = root.resolve(id + ".bams3/20200101T000000Z-00000000/header.sam.zst");
            Files.createDirectories(old.getParent());
            Files.writeString(old, "old");
        }
        FileTime past = FileTime.from(Instant.now().minusSeconds(7L * 24 * 3600));
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    Files.setLastModifiedTime(file, past);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
