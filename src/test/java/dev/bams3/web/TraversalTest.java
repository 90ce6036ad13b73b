package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ways out of the store's folder, in every place where a dataset, an object or a file is named: none is taken. Beside the
 * folder, and in its folders of jobs and of unfinished files, lie canaries; the store remembers what it was asked for.
 */
class TraversalTest {
    private static final String ADMIN = "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n";
    private static final String CANARY = "canary-7f3a";

    /** As it stands in a path. */
    private static final String WAYS = """
            ../outside  ..%2foutside  ..%2Foutside  %2e%2e/outside  %2e%2e%2foutside  .%2e/outside  %2E%2E/outside
            %252e%252e/outside  %252e%252e%252foutside  %25252e%25252e%25252foutside  %c0%ae%c0%ae/outside  ..%c0%afoutside
            %e0%80%ae%e0%80%ae/outside  ..%e0%80%afoutside  %f0%80%80%ae%f0%80%80%ae/outside  %uff0e%uff0e/outside
            %ef%bc%8e%ef%bc%8e/outside  ..%ef%bc%8foutside  %e2%80%a5/outside  %e2%80%a4%e2%80%a4/outside  ..%e2%88%95outside
            ..%e2%81%84outside  %d0%b0/side  in/%ef%bd%93ide  ..\\outside  ..%5coutside  ..%255coutside  in\\side  ....//outside
            ..../outside  .../outside  ..;/outside  ..;x=1/outside  ./../outside  in/../../outside  in/./../../outside
            in/side/../../../outside  in/%2e%2e/%2e%2e/outside  in%2f..%2f..%2foutside  /etc/passwd  //etc/passwd  %2fetc%2fpasswd
            file:/etc/passwd  file:%2f%2f%2fetc%2fpasswd  C:/Windows  C:%5cWindows  in/side%00  in/side%00.bam  ..%00/outside
            %00/../outside  .bams3-jobs  .bams3-jobs/x  %2ebams3-jobs/x  .bams3-tmp/x  in/.bams3-tmp/x  .hidden  in/side.  in/side..
            in/side%20  in/side%09  %20in/side  in//side  in/side/..  in/side/../side  in/./side  .  ..  %2e  %2e%2e  ~/outside
            in/side%0d%0aX-Evil:1  in/side.bams3/_metadata.json  in/side/_metadata.json  in/side.bams3/../side  in/link
            """;

    /** Where `@` is the way as it stands in a path, `@json` as the text that it would be when decoded, as JSON. */
    private static final String PLACES = """
            GET /reads/@
            GET /reads/@?class=header
            HEAD /reads/@
            GET /stream/reads/@
            GET /stream/reads/@?format=SAM
            GET /stream/reads/@?explain=true
            GET /datasets/@
            GET /datasets/@/count
            GET /datasets/@/plan
            GET /datasets/@/coverage?referenceName=chr1
            GET /datasets?prefix=@
            GET /datasets?after=@
            GET /datasets?cursor=@
            GET /t/LINK/reads/@
            GET /t/LINK/stream/reads/@
            GET /t/LINK/datasets/@/count
            GET /t/@/reads/in/side
            GET /stream/reads/in/side?slice=@
            GET /stream/reads/@?slice=@
            GET /page/@
            GET /swagger-ui/@
            GET /admin/conversions/@
            GET /admin/conversions/@/events
            GET /admin/conversions?dataset=@
            GET /admin/conversions?after=@
            DELETE /admin/conversions/@
            DELETE /admin/datasets/@
            POST /admin/conversions/@/retry
            POST /reads/@ {}
            POST /stream/reads/@ {"class":"header"}
            POST /links {"dataset":@json}
            POST /admin/links {"dataset":@json}
            POST /admin/conversions {"source":"file:sources/in.bam","dataset":@json}
            POST /admin/conversions {"source":@json,"dataset":"new"}
            POST /admin/conversions {"source":"file:ROOT/@raw","dataset":"new"}
            POST /admin/conversions {"source":"file:@raw","dataset":"new"}
            POST /admin/conversions {"source":"file:ROOT/in.bam","dataset":"new","options":{"reference":@json}}
            POST /admin/conversions {"source":"file:ROOT/in.bam","dataset":"new","options":{"reference":"file:ROOT/@raw"}}
            """;

    @TempDir
    private static Path folder;

    private static final List<CountingObjectStore> STORES = new ArrayList<>();
    private static RunningServer server;
    private static String link;
    private static Map<String, String> files;

    @BeforeAll
    static void start() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        byte[] bam = simulate();
        ServedReads.convert(new FolderObjectStore(new StoreUri.Folder(root)), bam, "in/side");
        ServedReads.convert(new FolderObjectStore(new StoreUri.Folder(folder)), bam, "outside");
        ServedReads.convert(new FolderObjectStore(new StoreUri.Folder(folder)), bam, "side");
        for (String canary :
                List.of("outside", "passwd", "root/.bams3-jobs/x", "root/.bams3-tmp/x", "root/.hidden", "x")) {
            Files.createDirectories(folder.resolve(canary).getParent());
            Files.writeString(folder.resolve(canary), CANARY);
        }
        Files.createSymbolicLink(root.resolve("in/link"), folder.resolve("outside"));
        server = RunningServer.start(
                store -> {
                    CountingObjectStore counting = new CountingObjectStore(store);
                    STORES.add(counting);
                    return counting;
                },
                // Hundreds of forged tokens are sent.
                "bams3.limit.failed-authentications=0",
                "bams3.store=file:" + root,
                "bams3.sources=file:" + root,
                "bams3.admin.token=" + ADMIN.substring(22).strip(),
                "bams3.link.key=" + "k".repeat(32));
        link = server.bean(LinkTokens.class)
                .sign(new CapabilityLink(
                        "in/side", Grant.everything(), Instant.now().plus(Duration.ofHours(1))));
        files = outsideFiles();
    }

    private static byte[] simulate() throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(
                            SimulationOptions.illumina(11, List.of(new Reference("chr1", 5_000)))
                                    .withDepth(1),
                            bam);
        }
        return bam.toByteArray();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** What lies beside the root, and of the canaries within it: contents by path. */
    private static Map<String, String> outsideFiles() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (!file.startsWith(folder.resolve("root")) || content.contains(CANARY)) {
                    found.put(file.toString(), content);
                }
            }
        }
        return found;
    }

    @AfterEach
    void nothingOutsideIsChanged() throws IOException {
        assertThat(outsideFiles()).isEqualTo(files);
    }

    static Stream<String> ways() {
        return Stream.of(WAYS.strip().split(" {2}|\n"));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void leadsNowhere(String way) throws IOException {
        for (String place : PLACES.strip().split("\n")) {
            STORES.forEach(CountingObjectStore::reset);
            String request = request(place, way);
            RawHttp.Answer answer = RawHttp.sendBytes(server.port(), request);
            String about = request + "\n" + answer.text();
            assertThat(answer.text())
                    .as(about)
                    .doesNotContain(CANARY, "root:x:0")
                    .startsWith("HTTP/1.1 ");
            assertThat(answer.header("X-Evil")).as(about).isEmpty();
            assertThat(answer.status()).as(about).isLessThan(500);
            if (!place.startsWith("GET /datasets?") && !place.startsWith("GET /admin/conversions?")) {
                assertThat(answer.status()).as(about).isBetween(400, 415);
            }
            assertThat(STORES.stream().flatMap(store -> store.calls().stream()).map(call -> call.key()))
                    .as(about)
                    .allSatisfy(
                            key -> assertThat(List.of(key.split("/", -1))).doesNotContain("..", ".", ".hidden", "x"));
        }
    }

    private static String request(String place, String way) {
        String raw = decoded(way);
        String json = JsonMapper.shared().writeValueAsString(raw);
        String[] parts = place.split(" ", 3);
        String target = parts[1].replace("LINK", link).replace("@", way);
        String body = parts.length < 3
                ? ""
                : parts[2].replace("@json", json)
                        .replace("@raw", json.substring(1, json.length() - 1))
                        .replace("ROOT", folder.resolve("root").toString());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return parts[0] + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (target.startsWith("/admin") ? ADMIN : "")
                + (body.isEmpty() ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + bytes.length + "\r\n\r\n"
                + new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Percent-decoded once, as UTF-8 as far as it is. */
    private static String decoded(String way) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < way.length(); i++) {
            if (way.substring(i).matches("(?s)%[0-9a-fA-F]{2}.*")) {
                bytes.write(Integer.parseInt(way.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(way.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
