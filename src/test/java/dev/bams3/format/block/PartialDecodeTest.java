package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.BamBlocks;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.EncodedBlock;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.SamTags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Columns that are decoded alone have the values that they have in the whole records. */
@Tag("fast")
class PartialDecodeTest {
    private static final BlockEncoder ENCODER = new BlockEncoder();
    private static final BlockDecoder DECODER = new BlockDecoder();
    private static final List<String> TAGS = List.of("NM", "MD", "AS", "RG", "XT", "XA", "MQ", "CG", "ZZ");
    private static final int ROUNDS = 12;
    private static final int REFERENCES = 1 << 20;

    private final long seed = Seed.draw();
    private final Random random = new Random(seed);

    @AfterAll
    static void close() {
        ENCODER.close();
        DECODER.close();
    }

    @Test
    void columnsOfRandomRecords() {
        for (int i = 0; i < 8; i++) {
            for (byte[] records : BlockCodecTest.byReference(new RandomRecords(seed + i).sortedList(300))) {
                assertColumns(records, "random records");
            }
        }
    }

    @Test
    void columnsOfPiles() {
        for (int i = 0; i < 20; i++) {
            int reference = random.nextInt(4) - 1;
            assertColumns(new PileRecords(seed + i).block(1 + random.nextInt(200), reference), "a pile");
        }
    }

    @Test
    void columnsOfRealFiles() throws IOException {
        String folder = System.getenv("BAMS3_TEST_DATA");
        try (Stream<Path> files = folder == null ? Stream.empty() : Files.list(Path.of(folder))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".bam"))
                    .sorted()
                    .toList()) {
                List<byte[]> blocks = new ArrayList<>();
                BamBlocks.of(file, BlockSizing.DEFAULT).forEach(blocks::add);
                assertColumns(
                        blocks.get(random.nextInt(blocks.size())),
                        file.getFileName().toString());
            }
        }
    }

    @Test
    void damageOfAColumnThatIsNotWantedIsFound() {
        byte[] records = new PileRecords(seed).block(100, 1);
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        BlockEntry entry = BlockCodecTest.entry(block);
        RecordColumns names = new RecordColumns(Set.of(RecordField.QNAME), Optional.of(List.of()), List.of());
        for (int i = 0; i < 200; i++) {
            byte[] damaged = block.stored().clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> DECODER.decodeKept("chunk", damaged, 0, entry, names, REFERENCES))
                    .as("byte %d, seed %s", at, seed)
                    .isInstanceOf(ReadsException.class);
        }
    }

    private void assertColumns(byte[] records, String what) {
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        BlockEntry entry = BlockCodecTest.entry(block);
        for (int round = 0; round < ROUNDS; round++) {
            RecordColumns columns = columns();
            byte[] kept = DECODER.decodeKept("chunk", block.stored(), 0, entry, columns, REFERENCES);
            byte[] some = Arrays.copyOf(kept, DECODER.keptLength());
            int at = 0;
            int from = 0;
            for (int i = 0; i < entry.records(); i++) {
                String which = "record %d of %s, %s, seed %s".formatted(i, what, columns, seed);
                // Piles have records that are not sound.
                if (BamRecordCheck.problem(records, from, records.length - from) == null) {
                    assertThat(BamRecordCheck.problem(some, at, some.length - at))
                            .as(which)
                            .isNull();
                    assertRecord(some, at, records, from, columns, which);
                }
                at += BamRecord.length(some, at);
                from += BamRecord.length(records, from);
            }
            assertThat(at).as("%s, seed %s", what, seed).isEqualTo(some.length);
        }
    }

    private RecordColumns columns() {
        Set<RecordField> fields = EnumSet.noneOf(RecordField.class);
        int most = 1 + random.nextInt(4);
        for (int i = 0; i < most; i++) {
            fields.add(RecordField.values()[random.nextInt(11)]);
        }
        List<String> tags = TAGS.stream().filter(_ -> random.nextInt(4) == 0).toList();
        return switch (random.nextInt(3)) {
            case 0 -> new RecordColumns(fields, Optional.of(tags), List.of());
            case 1 -> new RecordColumns(fields, Optional.empty(), tags);
            default -> new RecordColumns(fields, Optional.of(List.of()), List.of());
        };
    }

    private static void assertRecord(byte[] some, int at, byte[] whole, int from, RecordColumns columns, String which) {
        assertThat(BamRecord.flags(some, at)).as(which).isEqualTo(BamRecord.flags(whole, from));
        if (SamTags.find(some, at, SamTags.name('C', 'G')) >= 0) {
            // A CIGAR that lies in the tag must not become a tag.
            assertThat(BamRecord.cigarTag(some, at) >= 0).as(which).isEqualTo(BamRecord.cigarTag(whole, from) >= 0);
        }
        assertThat(BamRecord.referenceIndex(some, at)).as(which).isEqualTo(BamRecord.referenceIndex(whole, from));
        assertThat(BamRecord.start(some, at)).as(which).isEqualTo(BamRecord.start(whole, from));
        for (RecordField field : columns.fields()) {
            assertThat(value(field, some, at)).as("%s of %s", field, which).isEqualTo(value(field, whole, from));
        }
        for (String tag : TAGS) {
            if (columns.tags()
                    .map(some2 -> some2.contains(tag))
                    .orElse(!columns.noTags().contains(tag))) {
                assertThat(tag(tag, some, at)).as("%s of %s", tag, which).isEqualTo(tag(tag, whole, from));
            }
        }
    }

    private static Object value(RecordField field, byte[] b, int at) {
        int bases = BamRecord.sequenceLength(b, at);
        int sequence = BamRecord.sequenceOffset(b, at);
        int quality = sequence + (bases + 1) / 2;
        return switch (field) {
            case QNAME -> bytes(b, BamRecord.nameOffset(at), BamRecord.nameLength(b, at));
            case FLAG, RNAME, POS -> 0;
            case MAPQ -> BamRecord.mappingQuality(b, at);
            case CIGAR ->
                bytes(b, BamRecord.cigarOffset(b, at), 4 * BamRecord.cigarLength(b, at)) + BamRecord.bin(b, at);
            case RNEXT -> BamRecord.mateReferenceIndex(b, at);
            case PNEXT -> BamRecord.mateStart(b, at);
            case TLEN -> BamRecord.templateLength(b, at);
            case SEQ -> bases + bytes(b, sequence, (bases + 1) / 2);
            case QUAL -> bases + bytes(b, quality, bases);
        };
    }

    private static String tag(String name, byte[] b, int at) {
        int tag = SamTags.find(b, at, SamTags.name(name.charAt(0), name.charAt(1)));
        return tag < 0 ? "none" : bytes(b, tag, SamTags.end(b, tag) - tag);
    }

    private static String bytes(byte[] b, int from, int length) {
        return Arrays.toString(Arrays.copyOfRange(b, from, from + length));
    }
}
