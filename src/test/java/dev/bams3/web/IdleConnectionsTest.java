package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Wait;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that cost memory and ask for nothing: idle ones, and requests that never end. */
class IdleConnectionsTest {
    private static final int CONNECTIONS =
            Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_CONNECTIONS", "2000"));

    /** Healthy queries while the connections are opened, and again beside all of them. */
    private static final int QUERIES = 200;

    /** Queries before them. */
    private static final int WARM_UP = 20;

    @TempDir
    private Path folder;

    /** A service with the demo dataset that answers each line of its input with a line about itself. */
    static final class Service {
        static void main(String[] settings) throws IOException {
            try (RunningServer server = RunningServer.start(settings)) {
                System.out.println("port " + server.port());
                Connections connections = server.bean(Connections.class);
                BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
                while (asked.readLine() != null) {
                    System.gc();
                    String counts = Stream.of(Connections.Phase.values())
                            .map(phase -> phase + "=" + connections.count(phase))
                            .collect(Collectors.joining(" "));
                    Runtime runtime = Runtime.getRuntime();
                    System.out.printf(
                            "held %d of %d, evicted %d, late %d, used %d MB of %d MB, %s%n",
                            connections.held(),
                            connections.budget(),
                            connections.evicted(),
                            connections.late(),
                            runtime.totalMemory() - runtime.freeMemory() >> 20,
                            runtime.maxMemory() >> 20,
                            counts);
                    System.out.flush();
                }
            }
        }
    }

    /** Opens connections, a byte now and then on some, until its input ends. */
    static final class Flood {
        static void main(String[] arguments) throws IOException {
            int connections = Integer.parseInt(arguments[1]);
            try (ConnectionFlood flood = new ConnectionFlood(Integer.parseInt(arguments[0]));
                    ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor()) {
                flood.open();
                // Each unfinished request goes on by a byte every few seconds.
                trickle.scheduleWithFixedDelay(() -> flood.trickle(connections / 50), 0, 50, TimeUnit.MILLISECONDS);
                for (int i = 1; i < connections; i++) {
                    flood.open();
                }
                System.out.println("opened " + connections);
                System.out.flush();
                int end = System.in.read();
                assertThat(end).isEqualTo(-1);
                trickle.shutdownNow();
            }
        }
    }

    /** A process of this Java. */
    private static Process java(int files, Path log, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "ulimit -n " + files + "; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(log.toFile()).start();
    }

    private static int mostFiles() {
        return (int) ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getMaxFileDescriptorCount();
    }

    @Test
    @Timeout(300)
    void aServiceOf512MegabytesAnswersBesideThem() throws Exception {
        flooded(mostFiles(), CONNECTIONS);
    }

    /** Its memory would do for more of them than it may have open. */
    @Test
    @Timeout(300)
    void aServiceOfFewFilesAnswersBesideThem() throws Exception {
        flooded(800, Math.min(CONNECTIONS, 2000));
    }

    /** @param files that the service may have open; the clients are as many processes as the limit of their files needs */
    private void flooded(int files, int connections) throws Exception {
        int each = Math.min(10_000, mostFiles() - 500);
        Path log = folder.resolve("service.log");
        List<Process> floods = new ArrayList<>();
        Process service = java(
                files,
                log,
                Service.class,
                "bams3.demo=true",
                // Not read while the queries run.
                "logging.level.dev.bams3=warn",
                "bams3.store=file:" + folder);
        try (BufferedReader answers =
                        new BufferedReader(new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8));
                Writer questions = new OutputStreamWriter(service.getOutputStream(), StandardCharsets.US_ASCII);
                HttpClient client = HttpClient.newHttpClient()) {
            int port = port(answers);
            // Else the time until the service's code is compiled is most of what is measured.
            for (int i = 0; i < WARM_UP; i++) {
                query(client, port);
            }
            for (int left = connections; left > 0; left -= each) {
                String count = String.valueOf(Math.min(each, left));
                floods.add(java(mostFiles(), folder.resolve("flood.log"), Flood.class, String.valueOf(port), count));
            }
            List<Duration> times = new ArrayList<>();
            CompletableFuture<Void> opened =
                    CompletableFuture.runAsync(() -> floods.forEach(IdleConnectionsTest::opened));
            for (int i = 0; i < QUERIES || !opened.isDone(); i++) {
                times.add(query(client, port));
            }
            opened.join();
            for (int i = 0; i < QUERIES; i++) {
                times.add(query(client, port));
            }
            questions.write("?\n");
            questions.flush();
            String state = line(answers, "held");
            times.sort(null);
            Duration p99 = times.get(times.size() * 99 / 100);
            System.out.println(connections + " connections of " + floods.size() + " processes, " + files + " files: "
                    + state + ", p99 of " + times.size() + " queries " + p99.toMillis() + " ms");
            assertThat(service.isAlive()).isTrue();
            assertThat(floods).allSatisfy(flood -> assertThat(flood.isAlive()).isTrue());
            assertThat(p99).isLessThan(Duration.ofSeconds(1));
        } finally {
            for (Process flood : floods) {
                flood.destroyForcibly().waitFor();
            }
            service.destroyForcibly().waitFor();
            System.out.print(Files.readString(log));
        }
    }

    /** Waits until a flood has opened its connections. */
    private static void opened(Process flood) {
        try {
            line(flood.inputReader(StandardCharsets.US_ASCII), "opened ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int port(BufferedReader answers) throws IOException {
        return Integer.parseInt(line(answers, "port ").substring("port ".length()));
    }

    /** The next line that begins so; others are those of the log. */
    private static String line(BufferedReader answers, String beginning) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(beginning)) {
                return line;
            }
        }
        throw new IOException("the process has ended");
    }

    /** Now on a connection that is kept, now on a new one. */
    private static Duration query(HttpClient client, int port) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        URI uri = URI.create(
                "http://localhost:" + port + "/stream/reads/demo?format=SAM&referenceName=chr1&start=1000&end=2000");
        HttpResponse<byte[]> answer =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    @Timeout(60)
    void aRequestThatTricklesIsEnded() throws IOException {
        try (RunningServer server = RunningServer.start("bams3.request.receive-timeout=1s");
                ConnectionFlood flood = new ConnectionFlood(server.port())) {
            Connections connections = server.bean(Connections.class);
            for (int i = 0; i < 10; i++) {
                flood.open();
            }
            Wait.until("the heads and bodies are cut off", () -> {
                flood.trickle(10);
                return connections.late() == 6;
            });
            Wait.until("their requests have ended", () -> server.connections() <= 5);
            assertThat(connections.count(Connections.Phase.IDLE)).isEqualTo(4);
            assertThat(connections.evicted()).isZero();
        }
    }

    /** What has begun is answered before the connection is closed; who asked for nothing is told nothing. */
    @Test
    @Timeout(60)
    void aRequestThatIsCutOffIsAnswered() throws IOException {
        try (RunningServer server = RunningServer.start("bams3.request.receive-timeout=1s");
                Socket begun = new Socket("localhost", server.port())) {
            begun.setSoTimeout(30_000);
            begun.getOutputStream()
                    .write("GET /reads/service-info HTTP/1.1\r\nHost: a\r\nX-Long: "
                            .getBytes(StandardCharsets.US_ASCII));
            String late = new String(begun.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(late)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("Connection: close\r\n", "{\"htsget\":{\"error\":", "took too long");
        }
    }

    /** Idle connections fill the memory, then one half-sent request is the longest waiting of all. */
    @Test
    @Timeout(60)
    void theExcessIsRefused() throws IOException {
        try (RunningServer server = RunningServer.start();
                Socket begun = new Socket("localhost", server.port())) {
            Connections connections = server.bean(Connections.class);
            begun.setSoTimeout(30_000);
            begun.getOutputStream()
                    .write("GET /reads/service-info HTTP/1.1\r\nHost: a\r\n".getBytes(StandardCharsets.US_ASCII));
            Wait.until("its head is waited for", () -> connections.count(Connections.Phase.HEAD) == 1);
            // More than a test can open, so their memory is held without sockets.
            List<Connections.Connection> others = new ArrayList<>();
            while (connections.evicted() == 0) {
                Connections.Connection other = connections.of(_ -> {});
                other.head();
                others.add(other);
            }
            String refused = new String(begun.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            others.forEach(Connections.Connection::end);
            assertThat(refused)
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1\r\n", "ServiceUnavailable", "too many connections");
            int length = Integer.parseInt(refused.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
            assertThat(refused.substring(refused.indexOf("\r\n\r\n") + 4)).hasSize(length);
        }
    }

    @Test
    @Timeout(60)
    void theManagementPortIsCountedToo() throws IOException {
        try (RunningServer server = RunningServer.start("management.server.port=0")) {
            Connections connections = server.bean(Connections.class);
            int port = URI.create(server.managementUrl("/")).getPort();
            assertThat(RawHttp.send(port, "GET /actuator/health/liveness HTTP/1.1")
                            .status())
                    .isEqualTo(200);
            Wait.until("nothing is held", () -> connections.held() == 0);
            try (ConnectionFlood flood = new ConnectionFlood(port)) {
                for (int i = 0; i < 10; i++) {
                    flood.open();
                }
                Wait.until(
                        "they are counted",
                        () -> connections.count(Connections.Phase.IDLE) >= 4
                                && connections.count(Connections.Phase.HEAD) >= 2);
            }
            Wait.until("they are gone", () -> connections.held() == 0);
        }
    }
}
