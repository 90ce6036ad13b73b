package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.BamBlocks;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.sam.BamRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Blocks give back the records they were made of, byte for byte. What damaged blocks do is {@link BlockDamageTest}'s. */
@Tag("fast")
class BlockCodecTest {
    private static final BlockEncoder ENCODER = new BlockEncoder();
    private static final BlockDecoder DECODER = new BlockDecoder();

    @AfterAll
    static void close() {
        ENCODER.close();
        DECODER.close();
    }

    static BlockEntry entry(EncodedBlock block) {
        return block.at(0, 0);
    }

    private static EncodedBlock assertRoundTrip(byte[] records, String what) {
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        byte[] decoded = DECODER.decode("chunk", block.stored(), 0, entry(block));
        int difference = Arrays.mismatch(decoded, records);
        assertThat(difference).as("first different byte of %s", what).isEqualTo(-1);
        return block;
    }

    @Test
    void everyBlockOfRealFilesComesBack() throws IOException {
        assumeTrue(System.getenv("BAMS3_TEST_DATA") != null, "BAMS3_TEST_DATA names a folder of BAM files");
        try (var files = Files.list(Path.of(System.getenv("BAMS3_TEST_DATA")))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".bam"))
                    .sorted()
                    .toList()) {
                int number = 0;
                for (byte[] block : BamBlocks.of(file, BlockSizing.DEFAULT)) {
                    assertRoundTrip(block, file.getFileName() + ", block " + number++);
                }
            }
        }
    }

    @Test
    void pilesOfReadsComeBack() {
        for (int seed = 0; seed < 150; seed++) {
            int reference = seed % 7 == 6 ? -1 : seed % 3;
            byte[] records = new PileRecords(seed).block(1 + seed % 120, reference);
            assertRoundTrip(records, "seed " + seed);
        }
    }

    @Test
    void randomRecordsComeBack() {
        for (int seed = 0; seed < 20; seed++) {
            for (byte[] records : byReference(new RandomRecords(seed).sortedList(400))) {
                assertRoundTrip(records, "seed " + seed);
            }
        }
    }

    /** Small references share blocks, and a consensus. */
    @Test
    void recordsOfManyReferencesComeBack() {
        for (int seed = 0; seed < 60; seed++) {
            byte[] records = {};
            int references = 2 + seed % 9;
            for (int i = 0; i < references; i++) {
                records = concat(records, new PileRecords(seed * 100 + i).block(1 + (seed * 7 + i) % 40, 3 * i));
            }
            EncodedBlock block = assertRoundTrip(records, "seed " + seed);
            assertThat(block.firstReference()).isZero();
            assertThat(block.lastReference()).isEqualTo(3 * (references - 1));
            assertThat(block.reads()).hasSize(references);
        }
        for (int seed = 0; seed < 20; seed++) {
            List<byte[]> placed = new RandomRecords(seed)
                    .sortedList(400).stream()
                            .filter(record -> BamRecord.referenceIndex(record, 0) >= 0)
                            .toList();
            assertRoundTrip(RandomRecords.concatenated(placed), "seed " + seed);
        }
    }

    /** The concatenated records of each reference, ordered by start. */
    static List<byte[]> byReference(List<byte[]> records) {
        List<byte[]> blocks = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= records.size(); i++) {
            if (i == records.size()
                    || BamRecord.referenceIndex(records.get(i), 0) != BamRecord.referenceIndex(records.get(first), 0)) {
                blocks.add(RandomRecords.concatenated(records.subList(first, i)));
                first = i;
            }
        }
        return blocks;
    }

    @Test
    void oneRecordIsABlock() {
        for (int seed = 0; seed < 200; seed++) {
            assertRoundTrip(new RandomRecords(seed).record(), "seed " + seed);
        }
    }

    @Test
    void aBlockMayLieAnywhereInAnArray() {
        byte[] records = new PileRecords(4).block(30, 2);
        byte[] shifted = new byte[records.length + 100];
        System.arraycopy(records, 0, shifted, 37, records.length);
        EncodedBlock block = ENCODER.encode(shifted, 37, records.length);
        byte[] stored = new byte[block.stored().length + 50];
        System.arraycopy(block.stored(), 0, stored, 11, block.stored().length);
        assertThat(DECODER.decode("chunk", stored, 11, block.at(3, 4711))).isEqualTo(records);
    }

    @Test
    void theSameRecordsGiveTheSameBytes() {
        byte[] records = new PileRecords(5).block(60, 0);
        byte[] first = ENCODER.encode(records, 0, records.length).stored();
        byte[] other = new PileRecords(6).block(90, 0);
        ENCODER.encode(other, 0, other.length);
        try (BlockEncoder fresh = new BlockEncoder()) {
            assertThat(ENCODER.encode(records, 0, records.length).stored())
                    .isEqualTo(first)
                    .isEqualTo(fresh.encode(records, 0, records.length).stored());
        }
    }

    @Test
    void theBlockSaysWhatTheIndexNeeds() {
        byte[] records = new PileRecords(8).block(50, 1);
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        int count = 0;
        int end = 0;
        long bases = 0;
        int last = 0;
        for (int at = 0; at < records.length; at += BamRecord.length(records, at), count++) {
            end = Math.max(end, BamRecord.alignmentEnd(records, at));
            bases += BamRecord.sequenceLength(records, at);
            last = at;
        }
        assertThat(block.firstReference()).isEqualTo(1);
        assertThat(block.lastReference()).isEqualTo(1);
        assertThat(block.digest().records()).isEqualTo(count);
        assertThat(block.digest().bytes()).isEqualTo(records.length);
        assertThat(block.firstStart()).isEqualTo(BamRecord.start(records, 0));
        assertThat(block.lastStart()).isEqualTo(BamRecord.start(records, last));
        assertThat(block.endMax()).isEqualTo(end);
        assertThat(block.bases()).isEqualTo(bases);
        assertThat(block.flagstat().count(Flagstat.Category.TOTAL)).isEqualTo(count);
    }

    @Test
    void recordsThatAreNotOneBlockAreRefused() {
        byte[] one = new PileRecords(1).block(4, 0);
        byte[] other = new PileRecords(1).block(4, 1);
        byte[] unplaced = new PileRecords(1).block(4, -1);
        assertRefused(concat(other, one));
        assertRefused(concat(one, unplaced));
        assertRefused(concat(unplaced, one));
        assertRefused(concat(concat(one, new byte[0]), one));
        assertRefused(Arrays.copyOf(one, one.length - 1));
        assertRefused(Arrays.copyOf(one, 20));
        assertRefused(new byte[0]);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static void assertRefused(byte[] records) {
        assertThatThrownBy(() -> ENCODER.encode(records, 0, records.length))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_INPUT));
    }
}
