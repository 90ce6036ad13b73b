package dev.bams3.bam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.bgzf.BgzfReader;
import dev.bams3.fixtures.RandomRecords;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Header and record framing; BGZF itself is tested in {@code dev.bams3.bgzf}, the record check in {@code dev.bams3.sam}. */
class BamReaderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void givesBackEveryRecordOfWhatWasWritten(int level) throws IOException {
        long seed = 20261122;
        List<byte[]> records = new RandomRecords(seed).list(3_000);
        byte[] file = bam(records, level);
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            BamReader reader = new BamReader(
                    new BgzfReader(new ByteArrayInputStream(file), inflaters, "test.bam"), BamReader.MAX_RECORD_LENGTH);
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
