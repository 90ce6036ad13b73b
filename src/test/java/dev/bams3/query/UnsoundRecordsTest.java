package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Region;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A dataset may hold records that no reader of BAM takes, because its writer did not look. Every answer that would have one
 * fails, whatever its form, and none shows bytes of the record behind it.
 */
@Timeout(60)
class UnsoundRecordsTest {
    private static final int PLACE = 1_000;

    /** What is wrong with one record in the middle. */
    enum Defect {
        UNKNOWN_TYPE(tags("XAQ\1\2\3")),
        TEXT_WITHOUT_END(tags("XAZabc")),
        ARRAY_BEHIND_THE_END(tags("XABi\377\377\0\0")),
        ARRAY_OF_UNKNOWN_TYPE(tags("XABq\1\0\0\0\0")),
        NUMBER_BEHIND_THE_END(tags("XAi\1")),
        ONE_BYTE(tags("X")),
        TWO_BYTES(tags("XA")),
        THREE_BYTES(tags("XAZ")),
        MATE_ON_NO_REFERENCE(24, 5),
        MATE_BEFORE_ALL_REFERENCES(24, -2),
        NAME_WITHOUT_END(36, 0x41414141);

        private final byte[] tags;
        private final int at;
        private final int value;

        Defect(byte[] tags) {
            this.tags = tags;
            at = -1;
            value = 0;
        }

        Defect(int at, int value) {
            tags = new byte[0];
            this.at = at;
            this.value = value;
        }

        private static byte[] tags(String text) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }

        byte[] record() {
            byte[] record = UnsoundRecordsTest.record(PLACE, tags);
            if (at >= 0) {
                ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
            }
            return record;
        }
    }

    /** A record of four bases on chr1, named `abc`. */
    private static byte[] record(int start, byte[] tags) {
        ByteBuffer out = ByteBuffer.allocate(BamRecord.FIXED_LENGTH + 4 + 4 + 2 + 4 + tags.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(out.capacity() - 4).putInt(0).putInt(start);
        out.putInt(4 | 30 << 8 | BamRecord.computedBin(start, start + 4) << 16);
        out.putInt(1).putInt(4).putInt(-1).putInt(-1).putInt(0);
        out.put("abc\0".getBytes(StandardCharsets.US_ASCII)).putInt(4 << 4);
        out.put(new byte[] {0x12, 0x48, 30, 30, 30, 30}).put(tags);
        return out.array();
    }

    private static final byte[] SOUND = "NMC\0RGZrg1\0".getBytes(StandardCharsets.US_ASCII);

    /** @param more sound records before and after, which decide whether the block is stored as columns */
    private static QueryFixture fixture(Defect defect, int more) {
        List<byte[]> records = new ArrayList<>();
        IntStream.range(0, more).forEach(_ -> records.add(record(PLACE - 1, SOUND)));
        records.add(defect.record());
        IntStream.range(0, more).forEach(_ -> records.add(record(PLACE + 1, SOUND)));
        return new QueryFixture(RandomRecords.header(), records, QueryFixture.SMALL);
    }

    private static final ReadSelection REGION = ReadSelection.region(new Region("chr1", 900, OptionalLong.of(1_100)));

    private static final RecordCriteria READ_GROUP =
            new RecordCriteria(0, 0, 0, List.of("rg1"), List.of(), List.of(), List.of(), Optional.empty());

    private static List<RecordView> views() {
        return List.of(
                RecordView.ALL,
                new RecordView(READ_GROUP, RecordColumns.ALL, OptionalLong.empty()),
                new RecordView(
                        RecordCriteria.NONE,
                        new RecordColumns(EnumSet.of(RecordField.QNAME), Optional.of(List.of("NM")), List.of()),
                        OptionalLong.of(1_000)));
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedByEveryAnswer(Defect defect) {
        for (int more : new int[] {0, 2, 40}) {
            try (QueryFixture fixture = fixture(defect, more)) {
                for (ReadSelection selection : List.of(ReadSelection.everything(), REGION)) {
                    for (RecordView view : views()) {
                        Stream.of(ReadFormat.values())
                                .forEach(format -> assertRefused(() -> fixture.write(selection, view, format)));
                    }
                }
                assertRefused(() -> {
                    try (OpenRead read = fixture.open(REGION)) {
                        read.coverage(Bins.of(new Interval(900, 1_100), 10));
                    }
                });
                DatasetMetadata metadata = fixture.metadata;
                assertThat(metadata.digest().records()).isEqualTo(2L * more + 1);
            }
        }
    }

    private static void assertRefused(ThrowingCallable answer) {
        assertThatThrownBy(answer).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(failure.field()).contains("record");
            assertThat(failure.resource().orElse("")).contains("/chunks/");
        });
    }
}
