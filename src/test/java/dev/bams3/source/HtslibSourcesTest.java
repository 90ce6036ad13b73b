package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The SAM and BAM files of the specification's and of htslib's own tests, and those of the cases beside them, converted and
 * exported: the records and the header that htslib reads, or both refuse. Needs BAMS3_TEST_DATA.
 */
class HtslibSourcesTest {
    /** Files that htslib reads and we refuse, with what our message says. */
    private static final Map<String, String> STRICTER = Map.of(
            // RNAME or RNEXT that the header lacks: htslib makes such reads unmapped.
            "t6missingref.sam", "'chr2' is a reference that no @SQ line",
            "unknown_ref.sam", "'chr2' is a reference that no @SQ line",
            "rname.fail9.sam", "'bar' is a reference that no @SQ line",
            "rname.fail10.sam", "'' is a reference that no @SQ line",
            "rnext.fail9.sam", "'bar' is a reference that no @SQ line",
            "rnext.fail10.sam", "'' is a reference that no @SQ line");

    /** Files whose header text htslib brings into another order; here it stays. */
    private static final List<String> OTHER_HEADER = List.of("hdr.HD6.sam");

    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static Path root() {
        String data = System.getenv("BAMS3_TEST_DATA");
        assumeTrue(data != null, "BAMS3_TEST_DATA names no folder of files");
        return Path.of(data).toAbsolutePath().normalize();
    }

    private static Path cases() {
        Path cases = root().resolveSibling("cases").resolve("sources");
        assumeTrue(Files.isDirectory(cases), cases + " is not there");
        return cases;
    }

    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(root().resolve("hts-specs"), root().resolve("htslib"), cases())) {
            assumeTrue(Files.isDirectory(folder), folder + " is not there");
            try (Stream<Path> found = Files.walk(folder)) {
                found.filter(file -> file.toString().matches(".*\\.[sb]am")).forEach(files::add);
            }
        }
        return files.stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void givesWhatHtslibReadsOrIsRefused(Path file) throws IOException {
        String name = file.getFileName().toString();
        Htslib.Reading theirs = Htslib.read(file);
        byte[] source = Files.readAllBytes(file);
        String stricter = STRICTER.get(name);
        if (theirs.bam().isEmpty() || stricter != null) {
            assertThat(theirs.bam().isPresent()).as("htslib reads it").isEqualTo(stricter != null);
            ReadsException refused = refusal(source);
            assertThat(refused.kind()).isIn(ErrorKind.INVALID_INPUT, ErrorKind.CORRUPT);
            assertThat(refused).hasMessageContaining(stricter == null ? "" : stricter);
            return;
        }
        rig.convert(source, ConversionOptions.DEFAULT);
        RawBam ours = RawBam.read(rig.export());
        RawBam expected = theirs.bam().orElseThrow();
        if (rig.open().metadata().source().sortedOnConversion()) {
            expected = expected.sorted();
        }
        if (!OTHER_HEADER.contains(name)) {
            assertThat(new String(ours.header().text(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(new String(expected.header().text(), StandardCharsets.ISO_8859_1));
        }
        assertThat(ours.header().references()).isEqualTo(expected.header().references());
        assertThat(ours.records()).hasSameSizeAs(expected.records());
        for (int i = 0; i < ours.records().size(); i++) {
            byte[] record = ours.records().get(i);
            byte[] same = SourceReading.withFlagOf(record, expected.records().get(i));
            if (name.endsWith(".bam")) {
                // htslib computes BIN again; the source's stays.
                System.arraycopy(record, 14, same, 14, 2);
            }
            assertThat(record).as("record %d", i).isEqualTo(same);
        }
        assertThat(rig.verify().problems()).isEmpty();
    }

    private ReadsException refusal(byte[] source) {
        ReadsException refused =
                catchThrowableOfType(ReadsException.class, () -> rig.convert(source, ConversionOptions.DEFAULT));
        assertThat(refused).as("refused").isNotNull();
        return refused;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            strobealign.bam | past-reference-end | 1 | read 'p' at chr1:3001 of 1000
            over.bam        | over-reference-end | 1 | which ends at
            qn_pad.bam      | name-padding       | 1 | read '
            mates.bam       | mate-position      | 5 | read 'matenopos', mate at chr2:0 of 2000
            nocigar.sam     | mapped-without-place | 2 | read 'nc_mapped'
            uracil.sam      | sequence-letter    | 1 | line 2: 'r1\\t
            aux.fail-i4.sam | ignored-text       | 1 | line 3: 'I\\t
            pnext.warn.sam  | mate-reference-without-position | 1 | line 4: 'assume1\\t
            """)
    void countsWhatIsNotRightWithAnExample(String name, String kind, long count, String example) throws IOException {
        rig.convert(Files.readAllBytes(find(name)), ConversionOptions.DEFAULT);
        assertThat(rig.open().metadata().source().warnings())
                .filteredOn(warning -> warning.kind().equals(kind))
                .singleElement()
                .satisfies(warning -> assertThat(warning.count()).isEqualTo(count))
                .extracting(SourceWarning::example)
                .asString()
                .contains(example);
    }

    @Test
    void readsOfUnknownReferencesBecomeUnmappedWhereThatIsPermitted() throws IOException {
        Path file = find("unknown_ref.sam");
        rig.convert(Files.readAllBytes(file), ConversionOptions.DEFAULT.withAllowUnknownReferences(true));
        RawBam expected = Htslib.read(file).bam().orElseThrow();
        assertThat(RawBam.read(rig.export()).records())
                .usingRecursiveComparison()
                .isEqualTo(expected.records());
        assertThat(rig.open().metadata().source().warnings())
                .contains(new SourceWarning(
                        "unknown-reference",
                        1,
                        "line 3: 'r2\\t0\\tchr2\\t200\\t60\\t10M\\tchr2\\t300\\t50\\tACGTACGTAC\\tIIIIIIIIII'"));
    }

    @Test
    void aReadWhoseCigarDoesNotFitIsNamed() throws IOException {
        ReadsException refused = refusal(Files.readAllBytes(find("cs_short.bam")));
        assertThat(refused.kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(refused).hasMessageContaining("read 'short'").hasMessageContaining("but SEQ has");
        assertThat(refused.offset()).isPresent();
    }

    private static Path find(String name) throws IOException {
        return files().stream()
                .filter(file -> file.getFileName().toString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
