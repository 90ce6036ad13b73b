package dev.bams3.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Tool;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SAM text and BAM against what samtools prints; skipped where samtools is not installed. */
class SamtoolsComparisonTest {
    @TempDir
    Path folder;

    @Test
    void printsEveryRealFileAsSamtoolsDoes() throws IOException {
        for (Path file : Bams.real()) {
            byte[] bytes = Files.readAllBytes(file);
            boolean whole = !file.toString().contains("index_test");
            Bams.Content content = Bams.read(whole ? bytes : Bams.ended(bytes), file.toString());
            assertSameText(sam(content.header(), content.records()), samtoolsText(file), file.toString());
        }
    }

    @Test
    void printsRandomRecordsAsSamtoolsDoes() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            List<byte[]> records = new RandomRecords(seed).list(500);
            Path file = folder.resolve("random.bam");
            Files.write(file, Bams.file(RandomRecords.header(), records));
            byte[] ours = sam(RandomRecords.header(), RandomRecords.concatenated(records));
            assertSameText(ours, samtoolsText(file), "seed " + seed);
        }
    }

    @Test
    void writesBamThatSamtoolsAccepts() throws IOException {
        byte[] records = RandomRecords.concatenated(new RandomRecords(7).list(2_000));
        Path file = folder.resolve("encoded.bam");
        Files.write(file, encoded(ReadFormat.BAM, RandomRecords.header(), records, 2_000));
        assertThat(samtools("quickcheck", "-v", file.toString())).isEmpty();
        assertSameText(sam(RandomRecords.header(), records), samtoolsText(file), "seed 7");
    }

    private static byte[] sam(SamHeader header, byte[] records) throws IOException {
        return encoded(ReadFormat.SAM, header, records, 0);
    }

    private static byte[] encoded(ReadFormat format, SamHeader header, byte[] records, long count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1)) {
            RecordEncoder encoder = RecordEncoder.of(format, header, deflaters);
            AnswerWriter writer = new AnswerWriter(out, encoder);
            writer.header();
            writer.block(encoder.block(records, 0, records.length));
            writer.end(count);
        }
        return out.toByteArray();
    }

    private static void assertSameText(byte[] ours, byte[] theirs, String name) {
        int difference = Arrays.mismatch(ours, theirs);
        if (difference >= 0) {
            assertThat(around(ours, difference)).as(name).isEqualTo(around(theirs, difference));
        }
        assertThat(difference).as(name).isEqualTo(-1);
    }

    private static String around(byte[] text, int at) {
        int from = Math.min(text.length, Math.max(0, at - 60));
        return new String(text, from, Math.min(120, text.length - from), StandardCharsets.ISO_8859_1);
    }

    private byte[] samtoolsText(Path file) throws IOException {
        return samtools("view", "-h", "--no-PG", file.toString());
    }

    private byte[] samtools(String... arguments) throws IOException {
        Tool.Result result = Tool.run(folder, "samtools", arguments);
        assertThat(result.exit()).as("exit code of samtools").isZero();
        return result.output().getBytes(StandardCharsets.ISO_8859_1);
    }
}
