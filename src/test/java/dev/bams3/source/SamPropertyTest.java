package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random lines of SAM text give the records that htslib gives, or are refused as there. BAMS3_TEST_SAM_LINES says how many,
 * BAMS3_TEST_SEED repeats a run.
 */
class SamPropertyTest {
    private static final int LINES = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_SAM_LINES", "1000"));
    private static final long SEED = Seed.draw();

    private final SourceReading reading = new SourceReading();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        reading.close();
    }

    @Test
    void rightLinesGiveTheRecordsOfHtslib() throws IOException {
        RandomSamLines lines = new RandomSamLines(SEED);
        StringBuilder text = new StringBuilder(RandomSamLines.HEADER);
        for (int i = 0; i < LINES; i++) {
            text.append(lines.right()).append(i % 3 == 0 ? "\r\n" : "\n");
        }
        compare(text.toString());
    }

    @Test
    void oddLinesGiveTheSameOrAreRefused() throws IOException {
        RandomSamLines lines = new RandomSamLines(SEED);
        int converted = 0;
        for (int i = 0; i < LINES; i++) {
            converted += compare(RandomSamLines.HEADER + lines.odd() + (i % 2 == 0 ? "\n" : "")) ? 1 : 0;
        }
        // Else the comparison would say little.
        assertThat(converted).as("lines that are records, seed %d", SEED).isBetween(LINES / 10, LINES * 9 / 10);
    }

    /** Whether the text is converted. */
    private boolean compare(String latin1) throws IOException {
        byte[] text = latin1.getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("reads.sam"), text);
        Htslib.Reading theirs = Htslib.read(file);
        String what = "seed " + SEED + ": " + (text.length < 2000 ? latin1 : text.length + " bytes");
        RawBam ours;
        try {
            ours = reading.read(text, SourceOptions.DEFAULT.withAllowUnknownReferences(true))
                    .bam();
        } catch (ReadsException e) {
            if (theirs.bam().isPresent()) {
                fail("%s%nrefused: %s", what, e.getMessage());
            }
            return false;
        }
        if (theirs.bam().isEmpty()) {
            fail("%s%nconverted, but htslib says: %s", what, theirs.errors());
        }
        assertSame(ours.records(), theirs.bam().orElseThrow().records(), what);
        return true;
    }

    private static void assertSame(List<byte[]> ours, List<byte[]> theirs, String what) {
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        for (int i = 0; i < ours.size(); i++) {
            byte[] expected = SourceReading.withFlagOf(ours.get(i), theirs.get(i));
            if (!Arrays.equals(ours.get(i), expected)) {
                fail(
                        "%s%nrecord %d: %s%nhtslib:   %s",
                        what,
                        i,
                        HexFormat.of().formatHex(ours.get(i)),
                        HexFormat.of().formatHex(expected));
            }
        }
    }
}
