package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bam.BamHeader;
import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.format.BlockSizing;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded random regions of real and generated BAMs: the answer's records are, byte for byte and in order, those that a naive
 * scan of the original selects, and (where an index of htsjdk's can be made) those that htsjdk's own query returns; its SAM
 * text is, line by line, what samtools prints of those records, where samtools is installed. The whole dataset is compared byte
 * for byte, too.
 *
 * <p>The scan sees the raw records of the original, in its order, or sorted where it is not. htsjdk and samtools are asked about
 * a copy of it that is not compressed, because they are asked thousands of times; the copy is first read again, and has to have
 * the records of the original, byte for byte and in order. None of that is read by code under test.
 *
 * <p> 200 regions a file; the system
 * property {@code bams3.regions} or the environment variable {@code BAMS3_TEST_REGIONS} says how many.
 */
class RegionDifferentialTest {
    private static final int LONG_ANSWER = 1 << 20;

    @TempDir
    Path folder;

    /** All cores compare files; the dynamic tests tell how each went, in order. */
    @TestFactory
    Stream<DynamicTest> realBamsAnswerAsHtsjdkDoes() {
        ExecutorService cores =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Bams.real()) {
            Future<?> comparison = cores.submit(() -> {
                compareReal(file);
                return null;
            });
            tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), comparison::get));
        }
        cores.shutdown();
        return tests.stream().onClose(cores::shutdownNow);
    }

    private void compareReal(Path file) throws IOException {
        RawBam source = RawBam.read(file);
        RawBam sorted = source.isSorted() ? source : source.sorted();
        compare(sorted, file.getFileName().toString(), regions(), true);
    }

    @Test
    void generatedRecordsAnswerAsANaiveScanDoes() throws IOException {
        for (int round = 0; round < 4; round++) {
            List<byte[]> records = new RandomRecords(Seed.draw()).sortedList(200);
            compare(
                    new RawBam(RandomRecords.header(), records),
                    "generated" + round + ".bam",
                    Math.max(20, regions() / 10),
                    false);
        }
    }

    private void compare(RawBam bam, String name, int rounds, boolean askHtsjdk) throws IOException {
        Path file = Files.createDirectory(folder.resolve(name + ".d")).resolve(name);
        // Stored, not deflated: htsjdk is asked thousands of times, and would do little but inflate.
        new RawBam(bam.header().sortedByCoordinate(), bam.records()).writeStored(file);
        assertSameRecords(RawBam.read(file).records(), bam.records(), name);
        Expected expected = new Expected(bam, samtoolsLines(bam, file));
        long seed = Seed.draw();
        if (askHtsjdk) {
            try (HtsjdkQuery htsjdk = new HtsjdkQuery(bam, file)) {
                compare(expected, rounds, seed, Optional.of(htsjdk));
            }
        } else {
            compare(expected, rounds, seed, Optional.empty());
        }
    }

    private static void compare(Expected expected, int rounds, long seed, Optional<HtsjdkQuery> htsjdk) {
        Random random = new Random(seed);
        RawBam bam = expected.bam;
        int blockBytes = 1 << (12 + random.nextInt(7));
        BlockSizing sizing = new BlockSizing(blockBytes, 1 + random.nextInt(8), 4 * blockBytes, 10L * blockBytes);
        // Mostly stored BGZF blocks: deflating the answers and inflating them again would take longer than all else.
        int level = random.nextInt(4) == 0 ? 1 : 0;
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), sizing, level)) {
            NaiveScan scan = new NaiveScan(bam.header().references(), bam.records());
            int[] all = IntStream.range(0, bam.records().size()).toArray();
            expected.assertBam(fixture.bam(ReadSelection.everything()), all, "everything, seed " + seed);
            RandomSelections selections = new RandomSelections(random, fixture);
            for (int round = 0; round < (selections.onlyUnplaced() ? 1 : rounds); round++) {
                ReadSelection.Regions selection = round == 0 ? selections.wholeReference() : selections.next();
                String what = selection + ", seed " + seed;
                int[] selected = scan.select(selection);
                expected.assertBam(fixture.bam(selection), selected, what);
                expected.assertSam(fixture.write(selection, ReadFormat.SAM, Part.WHOLE), selected, what);
                if (round % 10 == 0) {
                    try (OpenRead read = fixture.open(selection)) {
                        assertThat(read.count().records()).as(what).isEqualTo(selected.length);
                    }
                }
                // Of the long answers of very deep files a quarter: the scan has said what is in them, htsjdk confirms
                // the scan.
                if (round % 4 == 0 || expected.bytes(selected) <= LONG_ANSWER) {
                    htsjdk.ifPresent(witness -> witness.check(selection, selected));
                }
            }
        }
    }

    private static void assertSameRecords(List<byte[]> copy, List<byte[]> original, String name) {
        assertThat(copy.size()).as("records of the copy of %s", name).isEqualTo(original.size());
        for (int i = 0; i < copy.size(); i++) {
            assertThat(Arrays.mismatch(copy.get(i), original.get(i)))
                    .as("record %s of the copy of %s", i, name)
                    .isEqualTo(-1);
        }
    }

    /**
     * Lines of a file of these records as samtools prints them; empty where it is not installed.
     */
    private static List<byte[]> samtoolsLines(RawBam bam, Path file) throws IOException {
        if (!Tool.isOnPath("samtools")) {
            return List.of();
        }
        Tool.Result text =
                Tool.run(Objects.requireNonNull(file.getParent()), "samtools", "view", "--no-PG", file.toString());
        assertThat(text.exit()).as(text.errors()).isZero();
        List<byte[]> lines = new ArrayList<>();
        String output = text.output();
        for (int at = 0; at < output.length(); at += lines.getLast().length) {
            lines.add(output.substring(at, output.indexOf('\n', at) + 1).getBytes(StandardCharsets.ISO_8859_1));
        }
        assertThat(lines.size()).isEqualTo(bam.records().size());
        return lines;
    }

    /**
     * What answers are compared with.
     *
     * @param bam the original, in the order of its dataset
     * @param lines its records as SAM text, line ends included; empty if nobody could say
     */
    private record Expected(RawBam bam, List<byte[]> lines) {
        void assertBam(byte[] answer, int[] selected, String what) {
            byte[] end = BgzfBlock.endOfFile();
            assertThat(Arrays.equals(answer, answer.length - end.length, answer.length, end, 0, end.length))
                    .as("end of %s", what)
                    .isTrue();
            assertPieces(RawBam.inflated(answer), BamHeader.encode(bam.header()), bam.records(), selected, what);
        }

        void assertSam(byte[] answer, int[] selected, String what) {
            if (!lines.isEmpty()) {
                assertPieces(answer, bam.header().printable(), lines, selected, what);
            }
        }

        long bytes(int[] selected) {
            return Arrays.stream(selected)
                    .mapToLong(i -> bam.records().get(i).length)
                    .sum();
        }

        private static void assertPieces(byte[] answer, byte[] head, List<byte[]> all, int[] selected, String what) {
            int at = assertPiece(answer, 0, head, "header of " + what);
            for (int i = 0; i < selected.length; i++) {
                byte[] piece = all.get(selected[i]);
                if (!isAt(answer, at, piece)) {
                    assertPiece(answer, at, piece, "record " + i + " of " + what);
                }
                at += piece.length;
            }
            assertThat(answer.length).as("length of %s", what).isEqualTo(at);
        }

        private static boolean isAt(byte[] answer, int at, byte[] piece) {
            return at + piece.length <= answer.length
                    && Arrays.equals(answer, at, at + piece.length, piece, 0, piece.length);
        }

        private static int assertPiece(byte[] answer, int at, byte[] piece, String what) {
            int end = Math.min(answer.length, at + piece.length);
            assertThat(Arrays.copyOfRange(answer, at, end)).as(what).isEqualTo(piece);
            return end;
        }
    }

    private static int regions() {
        String wanted = System.getProperty("bams3.regions", System.getenv("BAMS3_TEST_REGIONS"));
        return wanted == null ? 200 : Integer.parseInt(wanted);
    }
}
