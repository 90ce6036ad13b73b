package dev.bams3.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.bams3.fixtures.RandomRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the check lets through and what it names. */
@Tag("fast")
class BamRecordCheckTest {
    @Test
    void letsSoundRecordsThrough() {
        for (byte[] record : new RandomRecords(11).list(5_000)) {
            assertThat(BamRecordCheck.problem(record, 0, record.length)).isNull();
            assertThat(BamRecordCheck.placementProblem(
                            record, 0, RandomRecords.header().references()))
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 31, block_size",
        "0, -1, block_size",
        "0, 2147483647, block_size",
        "20, -1, l_seq",
        "20, 2147483647, l_seq",
        "20, 1000, l_seq",
        "16, 0x00630005, n_cigar_op",
        "12, 0x12483C00, l_read_name",
        "12, 0x12483C04, read_name",
        "12, 0x12483C06, read_name",
        "40, 0x45004141, read_name",
        "41, 0x49, cigar",
    })
    void namesTheFieldWhoseNumberIsWrong(int offset, String value, String field) {
        byte[] record = small("NMC\1".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(BamRecordCheck.problem(record, 0, record.length)).isNull();
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Integer.decode(value));
        assertThat(BamRecordCheck.problem(record, 0, record.length)).contains(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "N",
                "NM",
                "NMC",
                "NMc",
                "NMs1",
                "NMi123",
                "NMf123",
                "NMd1234567",
                "NMA",
                "NMZ",
                "NMZabc",
                "NMHAB",
                "NMB",
                "NMBc",
                "NMBc\1\0\0",
                "NMBc\2\0\0\0a",
                "NMBi\1\0\0\0abc",
                "NMBA\0\0\0\0",
                "NMBZ\0\0\0\0",
                "NMBd\0\0\0\0",
                "NMBf\u00ff\u00ff\u00ff\u00ff",
                "NMBc\u00ff\u00ff\u00ff\u007f",
                "NMq1",
                "NM\0abc",
                "NMC\1X",
                "XYZok\0NMs\1"
            })
    void namesBrokenTags(String tags) {
        byte[] record = small(tags.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(BamRecordCheck.problem(record, 0, record.length)).startsWith("tag");
        // The same where other bytes follow the record.
        byte[] longer = Arrays.copyOf(record, record.length + 100);
        assertThat(BamRecordCheck.problem(longer, 0, longer.length)).startsWith("tag");
    }

    @ParameterizedTest
    @CsvSource({"4, 5, refID", "4, -2, refID", "8, -2, pos", "24, 5, next_refID", "24, -2, next_refID"})
    void namesPlacesThatDoNotExist(int offset, int value, String field) {
        byte[] record = small(new byte[0]);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        assertThat(BamRecordCheck.placementProblem(
                        record, 0, RandomRecords.header().references()))
                .startsWith(field + " ");
    }

    /** Aligners place reads past the end of a reference, and mates anywhere. */
    @ParameterizedTest
    @CsvSource({"8, -1", "8, 3000000", "8, 2147483647", "28, -2", "28, 3000000", "28, 2147483647"})
    void letsPlacesPastTheEndThrough(int offset, int value) {
        byte[] record = small(new byte[0]);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        assertThat(BamRecordCheck.placementProblem(
                        record, 0, RandomRecords.header().references()))
                .isNull();
    }

    @Test
    void letsPaddedNamesThroughAndShowsWhatComesBefore() {
        byte[] record = small(new byte[0]);
        record[BamRecord.nameOffset(0) + 2] = 0;
        assertThat(BamRecordCheck.problem(record, 0, record.length)).isNull();
        assertThat(BamRecord.nameTextLength(record, 0)).isEqualTo(2);
    }

    /** As htslib, which refuses it of mapped reads alone. */
    @Test
    void namesAReadWhoseCigarDoesNotCoverItsBases() {
        byte[] record = small(new byte[0]);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(BamRecord.cigarOffset(record, 0), 5 << 4);
        assertThat(BamRecordCheck.problem(record, 0, record.length))
                .isEqualTo("cigar of read 'read' covers 5 bases of the read, but SEQ has 4");
        record[18] |= SamFlags.UNMAPPED;
        assertThat(BamRecordCheck.problem(record, 0, record.length)).isNull();
    }

    @Test
    void neverThrowsWhateverTheBytesAre() {
        long seed = 99;
        Random random = new Random(seed);
        List<byte[]> records = new RandomRecords(seed)
                .list(300).stream().filter(record -> record.length < 4_000).toList();
        for (int i = 0; i < 60_000; i++) {
            byte[] damaged = records.get(random.nextInt(records.size())).clone();
            int hits = 1 + random.nextInt(3);
            for (int k = 0; k < hits; k++) {
                int at = random.nextInt(random.nextBoolean() ? Math.min(80, damaged.length) : damaged.length);
                damaged[at] = (byte) random.nextInt();
            }
            int available = 4 + random.nextInt(damaged.length - 3);
            byte[] exact = Arrays.copyOf(damaged, available);
            assertThatCode(() -> readAll(exact))
                    .as("seed %d, round %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    private static void readAll(byte[] record) {
        if (BamRecordCheck.problem(record, 0, record.length) == null) {
            BamRecord.alignmentEnd(record, 0);
            BamRecord.cigarTag(record, 0);
            SamTags.find(record, 0, SamTags.name('?', '?'));
        }
    }

    /** Name `read`, CIGAR 4M, four bases, with these tags. */
    private static byte[] small(byte[] tags) {
        ByteBuffer out = ByteBuffer.allocate(36 + 5 + 4 + 2 + 4 + tags.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(out.capacity() - 4).putInt(0).putInt(100);
        out.put((byte) 5).put((byte) 60).putShort((short) 0x1248);
        out.putShort((short) 1)
                .putShort((short) 99)
                .putInt(4)
                .putInt(0)
                .putInt(300)
                .putInt(200);
        out.put("read\0".getBytes(StandardCharsets.US_ASCII)).putInt(4 << 4);
        out.put(new byte[] {0x12, 0x48, 30, 30, 30, 30}).put(tags);
        return out.array();
    }
}
