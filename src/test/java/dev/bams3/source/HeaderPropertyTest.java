package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random header texts as the header of a SAM, a BAM and a CRAM: what htslib reads gives its references and its lines, what it
 * refuses is refused. A fifth of {@code BAMS3_TEST_SAM_LINES} of each format, {@code BAMS3_TEST_SEED} repeats a run.
 */
class HeaderPropertyTest {
    private static final int COUNT = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_SAM_LINES", "1000")) / 5;
    private static final long SEED =
            Long.parseLong(System.getenv().getOrDefault("BAMS3_TEST_SEED", "" + System.nanoTime()));

    private static final int MOST_FAILURES = 10;

    /** Where we refuse what htslib reads: names that cannot be asked for, and what a BAM cannot hold. */
    private static final Pattern STRICTER = Pattern.compile("has a NUL byte|is not in UTF-8|has no name SN: "
            + "|LN is more than 2147483647|stands in neither|neither BAM, SAM nor CRAM");

    private final SourceReading reading = new SourceReading();
    private final Random random = new Random(SEED);
    private final RandomHeaders headers = new RandomHeaders(random);

    @TempDir
    private Path folder = Path.of("set by JUnit");

    @AfterEach
    void close() {
        reading.close();
    }

    private interface Wrapping {
        byte[] of(byte[] text);
    }

    @Test
    void sam() throws IOException {
        run("sam", text -> text);
    }

    @Test
    void bam() throws IOException {
        List<Reference> references = List.of(new Reference("chr1", 1000), new Reference("chr2", 2000));
        ReferenceDictionary dictionary = new ReferenceDictionary(references);
        run("bam", text -> Bams.file(new SamHeader(text, dictionary), List.of()));
    }

    @Test
    void cram() throws IOException {
        Path sam = Files.writeString(folder.resolve("empty.sam"), "@HD\tVN:1.6\n");
        Path cram = folder.resolve("empty.cram");
        Htslib.samtools("view", "-C", "-O", "cram,version=3.0", "-o", cram.toString(), sam.toString());
        byte[] empty = Files.readAllBytes(cram);
        run("cram", text -> {
            CramParts parts = CramParts.of(empty).orElseThrow();
            parts.replaceHeader(text);
            return parts.bytes();
        });
    }

    private void run(String format, Wrapping wrapping) throws IOException {
        List<String> failures = new ArrayList<>();
        int converted = 0;
        for (int i = 0; i < COUNT && failures.size() < MOST_FAILURES; i++) {
            String text = headers.next();
            byte[] file = wrapping.of(text.getBytes(StandardCharsets.ISO_8859_1));
            Path path = Files.write(folder.resolve("file"), file);
            String problem;
            try {
                RawBam ours = reading.read(file, SourceOptions.DEFAULT).bam();
                converted++;
                problem = difference(ours.header(), Htslib.read(path), text.indexOf('\0') >= 0);
            } catch (ReadsException e) {
                problem = complaint(e, path);
            }
            if (problem != null) {
                failures.add("%s header %d, %s: %s".formatted(format, i, problem, text));
            }
        }
        assertThat(failures).as("seed %d", SEED).isEmpty();
        // Else the comparison would say little.
        assertThat(converted).as("headers that are read, seed %d", SEED).isBetween(COUNT / 10, COUNT - 1);
    }

    private static @Nullable String difference(SamHeader ours, Htslib.Reading theirs, boolean hasNul) {
        if (theirs.bam().isEmpty()) {
            return "converted, but htslib says: " + theirs.errors();
        }
        SamHeader expected = theirs.bam().orElseThrow().header();
        if (!ours.references().equals(expected.references())) {
            return "references " + ours.references().references() + ", htslib: "
                    + expected.references().references();
        }
        // htslib puts a line end in the place of a BAM's first NUL, and moves the HD line of SAM and CRAM to the front.
        return hasNul || lines(ours).equals(lines(expected)) ? null : "other lines than htslib";
    }

    private static List<String> lines(SamHeader header) {
        return new String(header.text(), StandardCharsets.ISO_8859_1)
                .lines()
                .sorted()
                .toList();
    }

    private static @Nullable String complaint(ReadsException e, Path file) {
        if (e.kind() != ErrorKind.INVALID_INPUT && e.kind() != ErrorKind.CORRUPT) {
            return "refused with " + e.kind() + ": " + e.getMessage();
        }
        boolean right = STRICTER.matcher(e.getMessage()).find()
                || Htslib.read(file).bam().isEmpty();
        return right ? null : "refused: " + e.getMessage();
    }
}
