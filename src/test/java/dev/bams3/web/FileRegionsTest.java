package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual files of real BAMs, read by htslib over a real port: every record of the whole, counts, and random regions are those
 * of the original with an index of its own.
 */
class FileRegionsTest {
    private static final String HTSLIB =
            Path.of("target/clients/htslib/bin/python").toAbsolutePath().toString();

    /** Debian's pysam, of htslib 1.16. */
    private static final String DEBIAN = "/usr/bin/python3";

    private static final Path PROGRAM =
            Path.of("src/test/clients/htslib/regions.py").toAbsolutePath();

    private static final MemoryObjectStore STORE = new MemoryObjectStore();
    private static RunningServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        server = RunningServer.start(unused -> STORE);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** All cores compare files; the dynamic tests report each, in order. */
    @TestFactory
    Stream<DynamicTest> regionsAreThoseOfTheOriginal() {
        List<String> pythons = Stream.of(HTSLIB, DEBIAN).filter(this::canRun).toList();
        ExecutorService cores =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Bams.real()) {
            Future<?> comparison = cores.submit(() -> {
                compare(file, pythons);
                return null;
            });
            tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                comparison.get();
                assumeTrue(!pythons.isEmpty(), "pysam is not installed");
            }));
        }
        cores.shutdown();
        return tests.stream().onClose(cores::shutdownNow);
    }

    private void compare(Path file, List<String> pythons) throws IOException {
        byte[] source = Files.readAllBytes(file);
        if (file.endsWith("htsjdk_index_test.bam")) {
            source = Bams.ended(source);
        }
        String id = file.getFileName().toString().replace(".bam", "");
        ServedReads.convert(STORE, source, id);
        RawBam original = RawBam.read(source);
        boolean sorted = original.isSorted();
        String url = server.url("/files/" + id + ".bam");
        assertThat(RawBam.read(TicketClient.get(url).body()).records())
                .usingElementComparator(Arrays::compare)
                .isEqualTo((sorted ? original : original.sorted()).records());
        Path place = Files.createDirectory(folder.resolve(id));
        Path local = place.resolve("original.bam");
        (sorted ? original : original.sorted()).writeStored(local);
        boolean fitsBai = original.header().references().references().stream()
                .allMatch(reference -> reference.length() <= 1 << 29);
        assertThat(Tool.run(place, "samtools", "index", fitsBai ? "-b" : "-c", local.toString())
                        .exit())
                .isZero();
        long seed = Seed.draw() & Long.MAX_VALUE;
        for (String python : pythons) {
            Tool.Result compared = Tool.run(
                    place,
                    python,
                    PROGRAM.toString(),
                    local.toString(),
                    url,
                    Long.toString(seed),
                    Integer.toString(Math.max(10, regions() / 10 / pythons.size())));
            assertThat(compared.exit())
                    .as(compared.output() + compared.errors())
                    .isZero();
        }
    }

    private boolean canRun(String python) {
        try {
            return Tool.isOnPath(python)
                    && Tool.run(folder, python, "-c", "import pysam").exit() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int regions() {
        return Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_REGIONS", "200"));
    }
}
