package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources and references on a web server whose certificate a private authority signed, read by a process as an operator starts it. */
@Timeout(120)
class PrivateAuthorityTest {
    /** Length of the read that finds out what kind of file it is. */
    private static final int PROBE = 1 << 16;

    /** Length of a mark of the end, at most. */
    private static final int END = 64;

    private static final String PASSWORD = "changeit";
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    @TempDir
    private Path folder;

    private final ExecutorService serving = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();

    /** Ports of clients: of answers that were damaged, and of what was read again. */
    private final Set<Integer> first = ConcurrentHashMap.newKeySet();

    private final Set<Integer> again = ConcurrentHashMap.newKeySet();
    private byte[] bam = {};
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private HttpsServer server;

    @BeforeEach
    void serve() throws Exception {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            SimulationOptions options = SimulationOptions.illumina(17, List.of(new Reference("chr1", 30_000)));
            new Simulator(cpu, 1).simulate(options.withDepth(20), made);
        }
        bam = made.toByteArray();
        files.put("/x.bam", bam);
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Institute", "-ext", "bc:c");
        keytool("-genkeypair", "-alias", "server", "-dname", "CN=data", "-signer", "ca", "-ext", "san=dns:localhost");
        keytool("-exportcert", "-alias", "ca", "-file", folder.resolve("ca.crt").toString());
        run(
                "keytool",
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                folder.resolve("ca.crt").toString(),
                "-keystore",
                folder.resolve("trusted.p12").toString(),
                "-storepass",
                PASSWORD);
        KeyStore keys = KeyStore.getInstance(folder.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
        keys.deleteEntry("ca");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(serving);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        serving.shutdownNow();
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("keytool"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve("keys.p12").toString(), "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-validity", "10"));
        }
        run(command.toArray(String[]::new));
    }

    /** A range, the first time with a wrong bit in the middle. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] file =
                    Objects.requireNonNull(files.get(exchange.getRequestURI().getPath()));
            Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
            assertThat(range.matches()).isTrue();
            int from = Integer.parseInt(range.group(1));
            int to = Math.min(Integer.parseInt(range.group(2)) + 1, file.length);
            byte[] body = Arrays.copyOfRange(file, from, to);
            int port = exchange.getRemoteAddress().getPort();
            if (body.length > PROBE && damaged.add(exchange.getRequestURI() + " " + from + "-" + to)) {
                body[body.length / 2] ^= 4;
                first.add(port);
            } else if (body.length > END && body.length != PROBE) {
                again.add(port);
            }
            exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + file.length);
            exchange.getResponseHeaders().add("ETag", "\"1\"");
            exchange.sendResponseHeaders(206, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private record Result(int exit, String output) {}

    private static Result run(String... command) throws Exception {
        command[0] = Path.of(System.getProperty("java.home"), "bin", command[0]).toString();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Result(process.waitFor(), output);
    }

    private static Result bams3(List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(options);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Bams3.class.getName()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private String address(String name) {
        return "https://localhost:" + server.getAddress().getPort() + "/" + name;
    }

    private List<String> trusted() {
        return List.of(
                "-Djavax.net.ssl.trustStore=" + folder.resolve("trusted.p12"),
                "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
    }

    @Test
    void itsCertificateIsAcceptedByATrustStoreAndWhatArrivesDamagedIsReadAgain() throws Exception {
        String dataset = folder.resolve("x.bams3").toString();
        Result converted = bams3(trusted(), "convert", address("x.bam"), dataset);
        assertThat(converted.exit()).as(converted.output()).isZero();
        assertThat(converted.output()).contains("damaged in flight");
        assertThat(first).isNotEmpty();
        assertThat(again).isNotEmpty().doesNotContainAnyElementsOf(first);
        Path back = folder.resolve("back.bam");
        assertThat(bams3(List.of(), "export", dataset, back.toString()).exit()).isZero();
        assertThat(RawBam.inflated(Files.readAllBytes(back))).isEqualTo(RawBam.inflated(bam));
    }

    /** With FASTA and indexes at the same server, of which each longer answer is damaged once. */
    @Test
    void aCramIsReadWithItsReferenceOverTls() throws Exception {
        Random random = new Random(3);
        StringBuilder bases = new StringBuilder();
        for (int i = 0; i < 300_000; i++) {
            bases.append("ACGT".charAt(random.nextInt(4)));
        }
        StringBuilder sam = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:300000\n");
        for (int i = 0; i < 3_000; i++) {
            int start = i * 99;
            sam.append("r" + i + "\t0\tchr1\t" + (start + 1) + "\t60\t100M\t*\t0\t0\t"
                    + bases.substring(start, start + 100) + "\t*\n");
        }
        Path fasta = Files.writeString(folder.resolve("x.fa"), ">chr1\n" + bases + "\n");
        Files.writeString(folder.resolve("x.fa.fai"), "chr1\t300000\t6\t300000\t300001\n");
        Path text = Files.writeString(folder.resolve("x.sam"), sam);
        Path cram = folder.resolve("x.cram");
        Htslib.Answer made = Htslib.samtools(
                "view", "-C", "--no-PG", "-T", fasta.toString(), "-o", cram.toString(), text.toString());
        assertThat(made.exit()).as(made.errors()).isZero();
        byte[] plain = Files.readAllBytes(fasta);
        byte[] packed = Bams.compressed(plain);
        files.put("/x.cram", Files.readAllBytes(cram));
        files.put("/x.fa.gz", packed);
        files.put("/x.fa.gz.fai", Files.readAllBytes(folder.resolve("x.fa.fai")));
        files.put("/x.fa.gz.gzi", Bams.bgzipIndex(packed));
        String dataset = folder.resolve("cram.bams3").toString();
        Result converted = bams3(trusted(), "convert", address("x.cram"), dataset, "--reference", address("x.fa.gz"));
        assertThat(converted.exit()).as(converted.output()).isZero();
        assertThat(damaged).anyMatch(answer -> answer.startsWith("/x.fa.gz "));
        Path back = folder.resolve("back.bam");
        assertThat(bams3(List.of(), "export", dataset, back.toString()).exit()).isZero();
        assertThat(RawBam.read(back).records())
                .usingRecursiveComparison()
                .isEqualTo(Htslib.read(cram, "-T", fasta.toString())
                        .bam()
                        .orElseThrow()
                        .records());
        Result untrusted =
                bams3(List.of(), "convert", cram.toString(), dataset, "--replace", "--reference", address("x.fa.gz"));
        assertThat(untrusted.exit()).isEqualTo(1);
        assertThat(untrusted.output()).contains("certificate of the server is not accepted");
    }

    @Test
    void itsCertificateIsRefusedOtherwise() throws Exception {
        Result refused = bams3(
                List.of(),
                "convert",
                address("x.bam"),
                folder.resolve("x.bams3").toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.output()).contains("certificate of the server is not accepted");
        assertThat(folder.resolve("x.bams3")).doesNotExist();
    }
}
