package dev.bams3.bam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.bgzf.BgzfReader;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.sam.BamRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Header and record framing; BGZF itself is tested in {@code dev.bams3.bgzf}, the record check in {@code dev.bams3.sam}. */
@Tag("fast")
class BamReaderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void givesBackEveryRecordOfWhatWasWritten(int level) throws IOException {
        long seed = 20261122;
        List<byte[]> records = new RandomRecords(seed).list(3_000);
        byte[] file = bam(records, level);
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            BamReader reader = new BamReader(
                    new BgzfReader(new ByteArrayInputStream(file), inflaters, "test.bam"),
                    BamReader.MAX_RECORD_LENGTH,
                    Long.MAX_VALUE);
            assertThat(reader.header().text()).isEqualTo(RandomRecords.header().text());
            assertThat(reader.header().references())
                    .isEqualTo(RandomRecords.header().references());
            for (byte[] record : records) {
                assertThat(reader.next())
                        .as("seed %d, record %d", seed, reader.records())
                        .isTrue();
                assertThat(Arrays.copyOfRange(reader.buffer(), reader.offset(), reader.offset() + reader.length()))
                        .isEqualTo(record);
            }
            assertThat(reader.next()).isFalse();
            assertThat(reader.records()).isEqualTo(records.size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0x42, BAM header BAM magic",
        "4, -1, BAM header l_text",
        "4, 0x7fffffff, BAM header l_text",
        "4, 100000, BAM header text",
        "8, 0x58, BAM header text",
        "TEXT, -1, BAM header n_ref",
        "TEXT, 100, BAM header",
        "NAME, 0, BAM header l_name",
        "NAME, 4, BAM header name",
        "NAME, 0x7fffffff, BAM header l_name",
        "LENGTH, -5, BAM header l_ref",
        "RECORD, 31, block_size",
        "RECORD, -1, block_size",
        "RECORD, 0x7fffff00, record",
        "REFERENCE, 5, record",
        "POSITION, -2, record",
    })
    void namesWhatIsWrongAndWhere(String place, String value, String field) {
        byte[] header = BamHeader.encode(RandomRecords.header());
        int text = RandomRecords.header().text().length;
        int at = switch (place) {
            case "TEXT" -> 8 + text;
            case "NAME" -> 12 + text;
            case "LENGTH" -> 16 + text + 5;
            case "RECORD" -> header.length;
            case "REFERENCE" -> header.length + 4;
            case "POSITION" -> header.length + 8;
            default -> Integer.parseInt(place);
        };
        byte[] placed = new RandomRecords(1)
                .list(50).stream()
                        .filter(record -> BamRecord.isPlaced(record, 0) && BamRecord.referenceIndex(record, 0) == 0)
                        .findFirst()
                        .orElseThrow();
        ByteBuffer inflated = ByteBuffer.allocate(header.length + placed.length).order(ByteOrder.LITTLE_ENDIAN);
        inflated.put(header).put(placed).putInt(at, Integer.decode(value));
        ReadsException failure =
                catchThrowableOfType(ReadsException.class, () -> Bams.read(Bams.compressed(inflated.array()), "x.bam"));
        assertThat(failure.kind()).isIn(ErrorKind.CORRUPT, ErrorKind.TOO_LARGE);
        assertThat(failure).hasMessageStartingWith("x.bam: ").hasMessageContaining("at byte 0:");
        assertThat(failure.field().orElseThrow()).startsWith(field);
    }

    @Test
    void refusesEveryCutOfTheInflatedBytes() {
        byte[] header = BamHeader.encode(RandomRecords.header());
        byte[] record = new RandomRecords(2).list(20).getLast();
        byte[] all = Arrays.copyOf(header, header.length + record.length);
        System.arraycopy(record, 0, all, header.length, record.length);
        for (int length = 0; length < all.length; length++) {
            byte[] cut = Bams.compressed(Arrays.copyOf(all, length));
            if (length != header.length) {
                assertThatThrownBy(() -> Bams.read(cut, "x.bam"))
                        .as("cut to %d", length)
                        .isInstanceOf(ReadsException.class)
                        .hasMessageContaining("truncated");
            }
        }
    }

    @Test
    void refusesARecordOverTheLimitWithoutReadingIt() {
        byte[] file = Bams.file(RandomRecords.header(), new RandomRecords(3).list(10));
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            BamReader reader = new BamReader(
                    new BgzfReader(new ByteArrayInputStream(file), inflaters, "x.bam"), 40, Long.MAX_VALUE);
            ReadsException failure = catchThrowableOfType(ReadsException.class, reader::next);
            assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE);
            assertThat(failure).hasMessageContaining("record 1").hasMessageContaining("limit of 36");
        }
    }

    @Test
    void refusesAHeaderOverTheLimit() {
        byte[] file = Bams.file(RandomRecords.header(), List.of());
        long needed = MemoryLimits.headerBytes(
                RandomRecords.header().text().length,
                RandomRecords.header().references().size());
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            assertThatThrownBy(() -> new BamReader(
                            new BgzfReader(new ByteArrayInputStream(file), inflaters, "x.bam"), 40, needed - 1))
                    .isInstanceOfSatisfying(ReadsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE);
                        assertThat(failure.resource()).contains("x.bam");
                        assertThat(failure).hasMessageContaining("5 references");
                    });
        }
    }

    @Test
    void keepsTheHeaderBytesOfEveryRealFile() throws IOException {
        for (Path path : Bams.real()) {
            byte[] file = Bams.ended(Files.readAllBytes(path));
            byte[] encoded = BamHeader.encode(Bams.read(file, path.toString()).header());
            try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
                BgzfReader reader = new BgzfReader(new ByteArrayInputStream(file), inflaters, path.toString());
                byte[] original = new byte[encoded.length];
                int at = 0;
                while (at < original.length) {
                    at += reader.read(original, at, original.length - at);
                }
                assertThat(encoded).as(path.toString()).isEqualTo(original);
            }
        }
    }

    private static byte[] bam(List<byte[]> records, int level) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(level, 1);
                BgzfOutputStream out = new BgzfOutputStream(file, deflaters)) {
            out.write(BamHeader.encode(RandomRecords.header()));
            for (byte[] record : records) {
                out.write(record);
            }
            out.finish();
        }
        return file.toByteArray();
    }
}
