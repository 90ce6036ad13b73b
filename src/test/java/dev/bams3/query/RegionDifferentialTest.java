package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bams3.BlockEntry;
import dev.bams3.bams3.BlockSizing;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded random regions of real and generated BAMs: the answer's records are, byte for byte and in order, those that a naive
 * scan of the original selects, and (where an index of htsjdk's can be made) those that htsjdk's own query returns. 200
 * regions a file; the system property {@code bams3.regions} or the environment variable {@code BAMS3_TEST_REGIONS} says how
 * many.
 */
class RegionDifferentialTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> realBamsAnswerAsHtsjdkDoes() {
        return Bams.real().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> compare(file)));
    }

    private void compare(Path file) throws IOException {
        RawBam source = RawBam.read(file);
        RawBam sorted = source.isSorted() ? source : source.sorted();
        Path indexed = folder.resolve(file.getFileName());
        long seed = new Random().nextLong();
        try (HtsjdkQuery htsjdk = new HtsjdkQuery(sorted, indexed)) {
            compare(sorted, regions(), seed, htsjdk);
        }
    }

    @Test
    void generatedRecordsAnswerAsANaiveScanDoes() {
        for (int round = 0; round < 4; round++) {
            long seed = new Random().nextLong();
            RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(200));
            compare(bam, Math.max(20, regions() / 10), seed, (selection, expected) -> {});
        }
    }

    /** A second opinion on what a selection selects. */
    interface Oracle {
        void check(ReadSelection.Regions selection, List<byte[]> expected);
    }

    private static void compare(RawBam bam, int rounds, long seed, Oracle oracle) {
        Random random = new Random(seed);
        int blockBytes = 1 << (12 + random.nextInt(7));
        BlockSizing sizing = new BlockSizing(blockBytes, 1 + random.nextInt(8), 4 * blockBytes, 10L * blockBytes);
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), sizing)) {
            NaiveScan scan = new NaiveScan(bam.records());
            assertSame(
                    RawBam.read(fixture.bam(ReadSelection.everything())).records(), bam.records(), seed, "everything");
            List<Reference> used = bam.header().references().references().stream()
                    .filter(reference -> fixture.metadata
                                    .reads(bam.header()
                                            .references()
                                            .indexOf(reference.name())
                                            .orElseThrow())
                                    .records()
                            > 0)
                    .toList();
            for (int round = 0; round < rounds; round++) {
                ReadSelection.Regions selection = round == 0 && !used.isEmpty()
                        ? new ReadSelection.Regions(
                                List.of(Region.whole(used.getFirst().name())), true)
                        : selection(random, fixture, used);
                List<byte[]> expected = scan.select(bam.header().references(), selection);
                RawBam answer = RawBam.read(fixture.bam(selection));
                assertSame(answer.records(), expected, seed, selection);
                assertThat(answer.header().text()).isEqualTo(bam.header().text());
                if (round % 10 == 0) {
                    try (OpenRead read = fixture.open(selection)) {
                        assertThat(read.count().records())
                                .as("%s, seed %s", selection, seed)
                                .isEqualTo(expected.size());
                    }
                }
                oracle.check(selection, expected);
            }
        }
    }

    /** Without AssertJ's own comparison, which is slow on long lists. */
    private static void assertSame(List<byte[]> found, List<byte[]> expected, long seed, Object what) {
        assertThat(found.size()).as("records of %s, seed %s", what, seed).isEqualTo(expected.size());
        for (int i = 0; i < found.size(); i++) {
            if (!Arrays.equals(found.get(i), expected.get(i))) {
                assertThat(found.get(i))
                        .as("record %s of %s, seed %s", i, what, seed)
                        .isEqualTo(expected.get(i));
            }
        }
    }

    private static ReadSelection.Regions selection(Random random, QueryFixture fixture, List<Reference> used) {
        if (used.isEmpty() || random.nextInt(200) == 0) {
            return (ReadSelection.Regions) ReadSelection.unplacedReads();
        }
        List<Region> regions = new ArrayList<>();
        int count = random.nextInt(8) == 0 ? 2 + random.nextInt(5) : 1;
        for (int i = 0; i < count; i++) {
            regions.add(region(random, fixture, used.get(random.nextInt(used.size()))));
        }
        return new ReadSelection.Regions(regions, random.nextInt(200) == 0);
    }

    /**
     * Mostly 1 bp or a stretch of up to some hundred records, whatever the depth: two thousand long answers would take long and
     * find nothing that fifty do not.
     */
    private static Region region(Random random, QueryFixture fixture, Reference reference) {
        int kind = random.nextInt(400);
        if (kind == 0) {
            return Region.whole(reference.name());
        }
        long start = position(random, fixture, reference);
        if (kind == 1) {
            return new Region(reference.name(), start, OptionalLong.empty());
        }
        long length;
        if (kind == 2) {
            length = random.nextInt(1 + reference.length());
        } else {
            length = kind < 120 ? 1 : 1 + random.nextInt(1 << random.nextInt(bitsOfLength(fixture, reference)));
        }
        return new Region(reference.name(), start, OptionalLong.of(start + length));
    }

    /** 1 to 16: the length of 512 records that follow each other at the reference's mean distance. */
    private static int bitsOfLength(QueryFixture fixture, Reference reference) {
        int index = fixture.header.references().indexOf(reference.name()).orElseThrow();
        List<BlockEntry> blocks = fixture.blocks(index).blocks();
        long span = blocks.getLast().lastStart() - Math.max(0, blocks.getFirst().firstStart());
        long length = 1 + 512 * span / fixture.metadata.reads(index).records();
        return Math.clamp(64 - Long.numberOfLeadingZeros(length), 1, 16);
    }

    /** Half of them at, or one beside, a border of a block. */
    private static long position(Random random, QueryFixture fixture, Reference reference) {
        int index = fixture.header.references().indexOf(reference.name()).orElseThrow();
        List<BlockEntry> blocks = fixture.blocks(index).blocks();
        BlockEntry block = blocks.get(random.nextInt(blocks.size()));
        long position = switch (random.nextInt(8)) {
            case 0, 1 -> block.firstStart();
            case 2 -> block.lastStart();
            case 3 -> block.endMax();
            case 4 -> random.nextInt(1 + reference.length());
            default -> block.firstStart() + random.nextInt(1 + block.endMax() - block.firstStart());
        };
        return Math.max(0, position - random.nextInt(3) + 1);
    }

    private static int regions() {
        String wanted = System.getProperty("bams3.regions", System.getenv("BAMS3_TEST_REGIONS"));
        return wanted == null ? 200 : Integer.parseInt(wanted);
    }
}
