package dev.bams3.bench;

import dev.bams3.bench.SlowWay.Traffic;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.s3.S3Connection;
import dev.bams3.storage.s3.S3Credentials;
import dev.bams3.storage.s3.S3Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The processes that a measurement of the whole service needs: an S3 server, the slow ways to it, and the service.
 * Closing ends them all. Everything listens on the loopback only.
 */
final class BenchParts implements AutoCloseable {
    static final String BUCKET = "bench";
    /** What S3 gives one connection. */
    private static final long BYTES_PER_SECOND = 87_000_000;

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final List<Path> pidFiles = new ArrayList<>();
    private URI s3 = URI.create("http://127.0.0.1");
    private S3Credentials credentials = S3ProxyServer.CREDENTIALS;
    private int service;
    private @Nullable Process server;

    BenchParts(Path folder) {
        this.folder = folder;
    }

    /** Ceph by a script {@code script FOLDER PORT} (credentials testkey, testsecret), or S3Proxy in a JVM of its own. */
    void startS3(@Nullable String cephScript) throws IOException, InterruptedException {
        int port = freePort();
        if (cephScript != null) {
            credentials = new S3Credentials("testkey", "testsecret");
            Path run = folder.resolve("ceph");
            Process ceph = start("ceph", Map.of(), "bash", cephScript, run.toString(), Integer.toString(port));
            if (!ceph.waitFor(3, TimeUnit.MINUTES) || ceph.exitValue() != 0) {
                throw new IOException("Ceph does not start: " + Files.readString(folder.resolve("ceph.log")));
            }
            try (var files = Files.list(run.resolve("run"))) {
                files.filter(file -> file.toString().endsWith(".pid")).forEach(pidFiles::add);
            }
        } else {
            start("s3proxy", Map.of(), java("-Xmx2g", S3Main.class.getName(), Integer.toString(port)));
            awaitPort(port);
        }
        s3 = URI.create("http://127.0.0.1:" + port);
        try (S3Client client = S3Client.builder()
                .endpointOverride(s3)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())))
                .httpClientBuilder(Apache5HttpClient.builder())
                .build()) {
            client.createBucket(request -> request.bucket(BUCKET));
        }
    }

    /** Straight to the S3 server, to fill it. */
    S3Connection connect() {
        S3Settings usual = S3ProxyServer.settings(s3);
        return S3Connection.open(
                new S3Settings(
                        s3,
                        usual.region(),
                        true,
                        S3Settings.Checksums.WHEN_REQUIRED,
                        usual.maxConnections(),
                        usual.connectTimeout(),
                        usual.readTimeout(),
                        usual.attemptTimeout(),
                        usual.attempts(),
                        usual.firstBackoff(),
                        16 << 20,
                        S3Settings.Access.USUAL),
                credentials);
    }

    /** Ways to the S3 server that count apart, with the same latency to the first byte. */
    enum Way {
        SERVICE,
        SAMTOOLS,
        HTSGET_RS
    }

    private final Map<Way, SlowWay> ways = new EnumMap<>(Way.class);

    /**
     * Opens new ways; the service and the others find them when they are started after that.
     *
     * @param latency of every request's first byte, milliseconds
     */
    void openWays(int latency) throws IOException {
        closeWays();
        for (Way way : Way.values()) {
            ways.put(way, new SlowWay(s3.getPort(), latency, BYTES_PER_SECOND));
        }
    }

    private void closeWays() throws IOException {
        for (SlowWay way : ways.values()) {
            way.close();
        }
    }

    private SlowWay way(Way way) {
        return Objects.requireNonNull(ways.get(way));
    }

    String proxied(Way way) {
        return "127.0.0.1:" + way(way).port();
    }

    /** What went through one way so far. */
    Traffic traffic(Way way) {
        return way(way).traffic();
    }

    /** An address of an object, signed for an hour, by a way. */
    String presigned(Way way, String key) {
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(URI.create("http://" + proxied(way)))
                .region(Region.US_EAST_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())))
                .build()) {
            return presigner
                    .presignGetObject(request -> request.signatureDuration(Duration.ofHours(1))
                            .getObjectRequest(object -> object.bucket(BUCKET).key(key)))
                    .url()
                    .toString();
        }
    }

    /** Variables for a program of this project on the bucket. */
    private Map<String, String> environment(String endpoint) {
        return Map.of(
                "BAMS3_STORE",
                "s3://" + BUCKET,
                "BAMS3_S3_ENDPOINT",
                endpoint,
                "BAMS3_S3_PATH_STYLE",
                "true",
                "BAMS3_S3_CHECKSUMS",
                "when_required",
                "BAMS3_ACCESS_PUBLIC_DATASETS",
                "**",
                "AWS_REGION",
                "us-east-1",
                "AWS_ACCESS_KEY_ID",
                credentials.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY",
                credentials.secretAccessKey());
    }

    /** For samtools reading {@code s3+http://bucket/key}. */
    Map<String, String> samtoolsEnvironment() {
        return Map.of(
                "HTS_S3_HOST", proxied(Way.SAMTOOLS),
                "HTS_S3_ADDRESS_STYLE", "path",
                "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
    }

    /** Runs a command of the program to its end. */
    void command(String... arguments) throws IOException, InterruptedException {
        String[] all = new String[arguments.length + 2];
        all[0] = "-Xmx1g";
        all[1] = "dev.bams3.app.Bams3";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Process process = start("command", environment(s3.toString()), java(all));
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(folder.resolve("command.log")));
        }
    }

    /** The service with its defaults, in so much heap, reading through the proxy. */
    void startService(String heap, int cores, String... settings) throws IOException {
        if (server != null) {
            server.destroy();
            processes.remove(server);
        }
        service = freePort();
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx" + heap,
                "-XX:G1HeapRegionSize=8m", // as in the image, like the next
                "-XX:-G1UseAdaptiveIHOP",
                "-XX:ActiveProcessorCount=" + cores,
                "dev.bams3.app.Bams3",
                "--server.port=" + service,
                "--management.server.port=" + freePort()));
        arguments.addAll(List.of(settings));
        server =
                start("service", environment("http://" + proxied(Way.SERVICE)), java(arguments.toArray(String[]::new)));
        awaitPort(service);
    }

    /**
     * Starts htsget-rs on the same bucket, with the settings that its documentation gives for an S3 server of one's own.
     *
     * @param binary of htsget-axum with its feature {@code aws}
     * @return what its paths follow
     */
    String startHtsgetRs(Path binary) throws IOException {
        int port = freePort();
        Path file = folder.resolve("htsget-rs.toml");
        Files.writeString(file, """
                ticket_server.addr = "127.0.0.1:%d"
                data_server = "None"
                [[locations]]
                regex = ".*"
                substitution_string = "$0"
                backend.kind = "S3"
                backend.bucket = "%s"
                backend.endpoint = "http://%s"
                backend.path_style = true
                """.formatted(port, BUCKET, proxied(Way.HTSGET_RS)));
        Map<String, String> environment = new HashMap<>(environment(""));
        environment.put("RUST_LOG", "warn");
        start("htsget-rs", environment, binary.toString(), "--config", file.toString());
        awaitPort(port);
        return "http://127.0.0.1:" + port;
    }

    String url(String path) {
        return "http://127.0.0.1:" + service + path;
    }

    /** CPU time of the service so far, seconds. */
    double serviceCpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + serverProcess().pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0; // proc(5): utime, stime in ticks
    }

    /** Largest resident memory of the service so far, MB (10^6 bytes). */
    double servicePeak() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + serverProcess().pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
            }
        }
        throw new IOException("no VmHWM");
    }

    private Process serverProcess() throws IOException {
        if (server == null || !server.isAlive()) {
            throw new IOException("the service is gone: " + Files.readString(folder.resolve("service.log")));
        }
        return server;
    }

    private static String[] java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    private Process start(String name, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitPort(int port) throws IOException {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            try (Socket ignored = new Socket("127.0.0.1", port)) {
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || processes.stream().anyMatch(process -> isFailed(process))) {
                    throw new IOException(
                            String.format(Locale.ROOT, "nothing listens at %d; see the logs in %s", port, folder), e);
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    private static boolean isFailed(Process process) {
        return !process.isAlive() && process.exitValue() != 0;
    }

    @Override
    public void close() throws IOException {
        closeWays();
        for (Process process : processes.reversed()) {
            process.destroy();
        }
        for (Path file : pidFiles) {
            if (Files.exists(file)) {
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** S3Proxy as a program. */
    static final class S3Main {
        private S3Main() {}

        public static void main(String[] args) throws InterruptedException {
            S3ProxyServer.start(Integer.parseInt(args[0]));
            Thread.currentThread().join();
        }
    }
}
