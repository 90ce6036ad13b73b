package dev.bams3.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.sam.BamRecord;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every format, and BAM as htsjdk reads it. */
@Tag("fast")
class RecordEncoderTest {
    @ParameterizedTest
    @EnumSource(ReadFormat.class)
    void encodesBlocksInAnyThreadAndOrderTheSame(ReadFormat format)
            throws IOException, InterruptedException, ExecutionException {
        List<byte[]> blocks = new ArrayList<>();
        for (int seed = 0; seed < 16; seed++) {
            blocks.add(RandomRecords.concatenated(new RandomRecords(seed).list(30)));
        }
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 2);
                ExecutorService pool = Executors.newFixedThreadPool(8)) {
            RecordEncoder alone = RecordEncoder.of(format, RandomRecords.header(), deflaters);
            RecordEncoder shared = RecordEncoder.of(format, RandomRecords.header(), deflaters);
            List<Future<byte[]>> encoded = new ArrayList<>();
            for (byte[] block : blocks) {
                encoded.add(pool.submit(() -> bytes(shared.block(block, 0, block.length))));
            }
            for (int i = 0; i < blocks.size(); i++) {
                byte[] block = blocks.get(i);
                assertThat(encoded.get(i).get())
                        .as("%s, seed %d", format, i)
                        .isEqualTo(bytes(alone.block(block, 0, block.length)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ReadFormat.class)
    void encodesRecordsInTheMiddleAndAtTheEndOfAnArray(ReadFormat format) {
        byte[] records = RandomRecords.concatenated(new RandomRecords(8).list(200));
        byte[] framed = new byte[records.length + 100];
        Arrays.fill(framed, (byte) '"');
        System.arraycopy(records, 0, framed, 50, records.length);
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1)) {
            RecordEncoder encoder = RecordEncoder.of(format, RandomRecords.header(), deflaters);
            byte[] expected = bytes(encoder.block(records, 0, records.length));
            assertThat(bytes(encoder.block(framed, 50, records.length))).isEqualTo(expected);
            assertThat(encoder.block(records, 7, 0).length()).isZero();
        }
    }

    /** A text format may need far more room than it reserves only if the reservation is wrong: then this overflows. */
    @ParameterizedTest
    @EnumSource(ReadFormat.class)
    void reservesEnoughForEveryRecordAlone(ReadFormat format) {
        try (BgzfDeflaters deflaters = new BgzfDeflaters(0, 1)) {
            RecordEncoder encoder = RecordEncoder.of(format, RandomRecords.header(), deflaters);
            for (byte[] record : new RandomRecords(9).list(1_000)) {
                assertThat(encoder.block(record, 0, record.length).length()).isPositive();
            }
        }
    }

    @Test
    void writesBamThatHtsjdkReadsWithTheSameRecords() throws IOException {
        List<byte[]> records = new RandomRecords(21).list(1_000);
        byte[] all = RandomRecords.concatenated(records);
        byte[] file = bam(all);
        assertThat(Bams.read(file, "encoded.bam").records()).isEqualTo(all);
        assertThat(Bams.read(file, "encoded.bam").header().text())
                .isEqualTo(RandomRecords.header().text());
        try (SamReader reader = SamReaderFactory.makeDefault()
                .validationStringency(ValidationStringency.SILENT)
                .open(SamInputResource.of(new ByteArrayInputStream(file)))) {
            int i = 0;
            for (SAMRecord record : reader) {
                byte[] expected = records.get(i++);
                assertThat(record.getAlignmentStart()).isEqualTo(BamRecord.start(expected, 0) + 1);
                assertThat(record.getFlags()).isEqualTo(BamRecord.flags(expected, 0));
                assertThat(record.getReadLength()).isEqualTo(BamRecord.sequenceLength(expected, 0));
            }
            assertThat(i).isEqualTo(records.size());
        }
    }

    private static byte[] bam(byte[] records) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1)) {
            RecordEncoder encoder = RecordEncoder.of(ReadFormat.BAM, RandomRecords.header(), deflaters);
            AnswerWriter writer = new AnswerWriter(out, encoder);
            writer.header();
            writer.block(encoder.block(records, 0, records.length));
            writer.end(1_000);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(EncodedBytes encoded) {
        return Arrays.copyOf(encoded.buffer(), encoded.length());
    }
}
