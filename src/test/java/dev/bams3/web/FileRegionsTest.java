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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    @ParameterizedTest
    @MethodSource("dev.bams3.fixtures.Bams#real")
    void regionsAreThoseOfTheOriginal(Path file) throws IOException {
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
        Path local = folder.resolve("original.bam");
        (sorted ? original : original.sorted()).writeStored(local);
        boolean fitsBai = original.header().references().references().stream()
                .allMatch(reference -> reference.length() <= 1 << 29);
        assertThat(Tool.run(folder, "samtools", "index", fitsBai ? "-b" : "-c", local.toString())
                        .exit())
                .isZero();
        List<String> pythons = Stream.of(HTSLIB, DEBIAN).filter(this::canRun).toList();
        assumeTrue(!pythons.isEmpty(), "pysam is not installed");
        long seed = Seed.draw() & Long.MAX_VALUE;
        for (String python : pythons) {
            Tool.Result compared = Tool.run(
                    folder,
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
