package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Depth against a naive count of every base, written from SAMv1 § 1.4 and what `samtools depth` leaves out. */
@Tag("fast")
class CoverageTest {
    private static final BlockSizing SIZING = new BlockSizing(4 << 10, 4, 16 << 10, 64 << 10);

    @Test
    void exactDepthIsThatOfEveryBase() {
        for (int round = 0; round < 3; round++) {
            long seed = Seed.draw();
            Random random = new Random(seed);
            List<byte[]> records = new RandomRecords(seed).sortedList(300);
            try (QueryFixture fixture = new QueryFixture(RandomRecords.header(), records, SIZING)) {
                for (int i = 0; i < 40; i++) {
                    compare(fixture, records, random, seed);
                }
            }
        }
    }

    private static void compare(QueryFixture fixture, List<byte[]> records, Random random, long seed) {
        int index = random.nextInt(fixture.header.references().size());
        Reference reference = fixture.header.references().get(index);
        int start = random.nextInt(Math.min(reference.length(), 25_000));
        int length = 1 + random.nextInt(Math.min(reference.length() - start, 1 << (1 + random.nextInt(18))));
        Bins bins = Bins.of(new Interval(start, start + length), 1 + random.nextInt(300));
        try (OpenRead read = fixture.open(
                ReadSelection.region(new Region(reference.name(), start, OptionalLong.of(start + length))))) {
            Coverage coverage = read.coverage(bins);
            assertThat(coverage.bases())
                    .as("%s of %s, seed %s", bins, reference, seed)
                    .isEqualTo(naive(records, index, bins));
            assertThat(coverage.exact()).isTrue();
            assertThat(coverage.records()).isEqualTo(read.count().records());
        }
    }

    /** Base by base, bin by bin. */
    private static double[] naive(List<byte[]> records, int reference, Bins bins) {
        double[] bases = new double[bins.count()];
        for (byte[] record : records) {
            int flags = RawBam.int32(record, 16) >>> 16;
            if (RawBam.int32(record, 4) != reference || (flags & 0x704) != 0) {
                continue;
            }
            long position = RawBam.int32(record, 8);
            for (int operation : cigar(record)) {
                char code = "MIDNSHP=X".charAt(operation & 15);
                for (int i = 0; i < operation >>> 4 && "M=X".indexOf(code) >= 0; i++) {
                    count(position + i, bins, bases);
                }
                position += "MDN=X".indexOf(code) >= 0 ? operation >>> 4 : 0;
            }
        }
        return bases;
    }

    /**
     * The operations, from the CG tag where the field only holds its place (SAMv1 § 4.2.2): as in htslib, an array of 32-bit
     * integers that is not shorter than the field.
     */
    static int[] cigar(byte[] record) {
        int at = 36 + (record[12] & 0xFF);
        int count = RawBam.int32(record, 16) & 0xFFFF;
        int bases = RawBam.int32(record, 20);
        int tag = at + 4 * count + (bases + 1) / 2 + bases;
        boolean placeholder = count == 2 && RawBam.int32(record, at) == (bases << 4 | 4);
        while (placeholder && tag < record.length) {
            if (record[tag] == 'C' && record[tag + 1] == 'G') {
                boolean operations = record[tag + 2] == 'B'
                        && "iI".indexOf(record[tag + 3]) >= 0
                        && RawBam.int32(record, tag + 4) >= count;
                if (!operations) {
                    break;
                }
                return ints(record, tag + 8, RawBam.int32(record, tag + 4));
            }
            tag = endOfTag(record, tag);
        }
        return ints(record, at, count);
    }

    private static int endOfTag(byte[] record, int tag) {
        int value = tag + 3;
        return switch (record[tag + 2]) {
            case 'A', 'c', 'C' -> value + 1;
            case 's', 'S' -> value + 2;
            case 'i', 'I', 'f' -> value + 4;
            case 'B' -> value + 5 + RawBam.int32(record, value + 1) * widthOf(record[value]);
            default -> {
                int end = value;
                while (record[end] != 0) {
                    end++;
                }
                yield end + 1;
            }
        };
    }

    private static int widthOf(byte element) {
        return element == 'c' || element == 'C' ? 1 : element == 's' || element == 'S' ? 2 : 4;
    }

    private static int[] ints(byte[] record, int at, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = RawBam.int32(record, at + 4 * i);
        }
        return values;
    }

    private static void count(long position, Bins bins, double[] bases) {
        for (int bin = 0; bin < bins.count(); bin++) {
            if (position >= bins.edge(bin) && position < bins.edge(bin + 1)) {
                bases[bin]++;
                return;
            }
        }
    }

    @Test
    void theEstimateReadsNoChunkAndLosesNoBase() {
        List<CountingObjectStore> stores = new ArrayList<>();
        List<byte[]> records = new RandomRecords(7).sortedList(400);
        try (QueryFixture fixture = new QueryFixture(
                RandomRecords.header(), records, SIZING, QueryFixture.FETCH, QueryFixture.QUERY, memory -> {
                    stores.add(new CountingObjectStore(memory));
                    return stores.getFirst();
                })) {
            Reference reference = fixture.header.references().get(0);
            Bins bins = Bins.of(new Interval(0, reference.length()), 1000);
            try (OpenRead read = fixture.open(ReadSelection.region(Region.whole(reference.name())))) {
                Coverage estimate = read.estimatedCoverage(bins);
                double sum = 0;
                for (double bases : estimate.bases()) {
                    sum += bases;
                }
                assertThat(stores.getFirst().gets()).as("metadata and one page").isEqualTo(2);
                // Of the block that it shares with the next reference, how much is whose is not known.
                long shared = fixture.blocks(0).stream()
                        .filter(block -> !block.isOfOneReference())
                        .mapToLong(BlockEntry::bases)
                        .sum();
                assertThat(sum).isCloseTo(fixture.totals(0).bases(), within(1.0 + shared));
                assertThat(estimate.exact()).isFalse();
                assertThat(estimate.meanDepth()).isLessThanOrEqualTo(estimate.maxDepth());
            }
            assertThat(stores.getFirst().gets("chunk")).isZero();
        }
    }

    /** How far a reference's reads reach in a block that ends on another one is not known; its length is. */
    @Test
    void theEstimateOfAPartIsThatPartOfTheEstimate() {
        BlockSizing oneBlock = new BlockSizing(1 << 24, 1, 1 << 24, 1 << 24);
        List<byte[]> records = new RandomRecords(7).sortedList(400);
        try (QueryFixture fixture = new QueryFixture(RandomRecords.header(), records, oneBlock)) {
            assertThat(fixture.blocks(0)).singleElement().matches(block -> !block.isOfOneReference());
            Reference reference = fixture.header.references().get(0);
            Bins tenths = Bins.of(new Interval(0, reference.length()), 10);
            Coverage whole;
            try (OpenRead read = fixture.open(ReadSelection.region(Region.whole(reference.name())))) {
                whole = read.estimatedCoverage(tenths);
            }
            for (int i = 0; i < tenths.count(); i++) {
                Interval tenth = new Interval(tenths.edge(i), tenths.edge(i + 1));
                try (OpenRead read = fixture.open(ReadSelection.region(
                        new Region(reference.name(), tenth.start(), OptionalLong.of(tenth.end()))))) {
                    assertThat(read.estimatedCoverage(Bins.of(tenth, 1)).bases()[0])
                            .isCloseTo(whole.bases()[i], within(1e-6));
                }
            }
            assertThat(whole.bases()[5]).isPositive();
        }
    }

    @Test
    void binsCoverTheRegionWithoutGaps() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int start = random.nextInt(1_000_000);
            int length = random.nextInt(1 << random.nextInt(31));
            Bins bins = Bins.of(
                    new Interval(start, (int) Math.min(Integer.MAX_VALUE, start + (long) length)),
                    1 + random.nextInt(10_000));
            if (bins.count() == 0) {
                assertThat(bins.region().isEmpty()).isTrue();
                continue;
            }
            assertThat(bins.edge(0)).isEqualTo(bins.region().start());
            assertThat(bins.edge(bins.count())).isEqualTo(bins.region().end());
            for (int i = 0; i < 20; i++) {
                int position = (int) bins.region().start()
                        + random.nextInt((int) bins.region().length());
                int bin = bins.at(position);
                assertThat(position).as("%s, seed %s", bins, seed).isBetween(bins.edge(bin), bins.edge(bin + 1) - 1);
                assertThat(bins.width(bin)).isPositive();
            }
        }
    }
}
