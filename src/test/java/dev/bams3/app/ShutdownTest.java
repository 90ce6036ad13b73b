package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetId;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own gets SIGTERM while it streams. */
@Timeout(180)
class ShutdownTest {
    private static final String STREAM = "/stream/reads/set?format=SAM";

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void dataset() throws IOException {
        root = Files.createDirectory(folder.resolve("store"));
        try (ObjectStore store = new FolderObjectStore(new StoreUri.Folder(root))) {
            TestDatasets.write(
                    store,
                    new DatasetId("set").prefix(),
                    RandomRecords.header(),
                    new RandomRecords(1).sortedList(1000),
                    new BlockSizing(8 << 10, 2, 64 << 10, 32 << 10));
        }
    }

    /** A service that stands still from the tenth GET of a chunk on: it says so by a file, and waits for another. */
    static final class StuckService {
        private StuckService() {}

        static void main(String[] settings) {
            Path folder = Path.of(System.getProperty("stuck"));
            AtomicInteger chunks = new AtomicInteger();
            RunningServer.start(
                    store -> new ForwardingObjectStore(store) {
                        @Override
                        protected <T> T around(Call call, Supplier<T> body) {
                            if (call.key().endsWith(".b3c") && chunks.incrementAndGet() == 10) {
                                stand(folder);
                            }
                            return body.get();
                        }
                    },
                    settings);
        }

        private static void stand(Path folder) {
            try {
                Files.createFile(folder.resolve("stands"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            while (Files.notExists(folder.resolve("goes-on"))
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void runningStreamsFinishAndNoneBegin() throws Exception {
        try (Child child = new Child("120s")) {
            String whole = right();
            CompletableFuture<String> answer = child.stream();
            child.awaitStanding();
            assertThat(child.ready()).isEqualTo(200);
            child.terminate();
            Wait.until("not ready", () -> child.ready() == 503);
            Wait.until("connections are refused", child::refuses);
            assertThat(answer).as("it goes on").isNotDone();
            assertThat(child.process.isAlive()).isTrue();
            Files.createFile(folder.resolve("goes-on"));
            assertThat(answer.get()).endsWith("\r\n0\r\nBAMS3-Records: 1000\r\n\r\n");
            assertThat(records(answer.get())).isEqualTo(records(whole)).hasSize(1000);
            assertThat(child.process.waitFor()).as(child.log()).isIn(0, 128 + 15);
        }
    }

    @Test
    void streamsBeyondTheGraceAreBrokenOff() throws Exception {
        try (Child child = new Child("1s")) {
            CompletableFuture<String> answer = child.stream();
            child.awaitStanding();
            child.terminate();
            assertThat(answer.get()).startsWith("HTTP/1.1 200").doesNotEndWith("\r\n\r\n");
            assertThat(child.process.waitFor()).as(child.log()).isIn(0, 128 + 15);
        }
    }

    /** What a service that is not stopped answers. */
    private String right() throws IOException {
        try (RunningServer server = RunningServer.start("bams3.store=file:" + root)) {
            return get(server.port());
        }
    }

    /** Alignment lines; the answer is chunked, with a line before and behind each chunk. */
    private static List<String> records(String answer) {
        StringBuilder body = new StringBuilder();
        int at = answer.indexOf("\r\n\r\n") + 4;
        while (true) {
            int line = answer.indexOf("\r\n", at);
            int size = Integer.parseInt(answer.substring(at, line), 16);
            if (size == 0) {
                return body.toString()
                        .lines()
                        .filter(text -> !text.startsWith("@"))
                        .toList();
            }
            body.append(answer, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    private static String get(int port) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(("GET " + STREAM
                                    + " HTTP/1.1\r\nHost: localhost\r\nTE: trailers\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try (InputStream in = socket.getInputStream()) {
                in.transferTo(answer);
            } catch (SocketException e) {
                // Reset: what came until then counts.
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private final class Child implements AutoCloseable {
        private final Path log = folder.resolve("child.log");
        private final int port = freePort();
        private final int management = freePort();
        private final Process process;

        Child(String grace) throws IOException {
            process = new ProcessBuilder(Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-Dstuck=" + folder,
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    StuckService.class.getName(),
                                    "bams3.store=file:" + root,
                                    "server.port=" + port,
                                    "management.server.port=" + management,
                                    "bams3.fetch.gets-per-request=1",
                                    "bams3.fetch.read-ahead=64KB",
                                    "bams3.cache.blocks=0",
                                    "spring.lifecycle.timeout-per-shutdown-phase=" + grace)
                            .toList())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Wait.until("ready", () -> ready() == 200 || !process.isAlive());
            assertThat(process.isAlive()).as(log()).isTrue();
        }

        CompletableFuture<String> stream() {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return get(port);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    Thread::startVirtualThread);
        }

        void awaitStanding() throws IOException {
            Wait.until("the dataset stands", () -> Files.exists(folder.resolve("stands")) || !process.isAlive());
            assertThat(process.isAlive()).as(log()).isTrue();
        }

        /** SIGTERM. */
        void terminate() {
            process.destroy();
        }

        /** Status of the readiness probe; 0 where nobody answers. */
        int ready() {
            try {
                HttpURLConnection connection = (HttpURLConnection) URI.create(
                                String.format(Locale.ROOT, "http://localhost:%d/actuator/health/readiness", management))
                        .toURL()
                        .openConnection();
                return connection.getResponseCode();
            } catch (IOException e) {
                return 0;
            }
        }

        boolean refuses() {
            try (Socket socket = new Socket("localhost", port)) {
                return !socket.isConnected();
            } catch (IOException e) {
                return true;
            }
        }

        String log() throws IOException {
            return Files.readString(log);
        }

        @Override
        public void close() throws Exception {
            if (!process.waitFor(0, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
