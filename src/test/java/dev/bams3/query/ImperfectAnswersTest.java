package dev.bams3.query;

import static dev.bams3.fixtures.FourBaseReads.names;
import static dev.bams3.fixtures.FourBaseReads.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.encode.ReadFormat;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers over real files that are not perfect, beside {@code samtools view}. Needs the cases beside BAMS3_TEST_DATA. */
class ImperfectAnswersTest {
    @TempDir
    private Path folder;

    private static Path find(String name) {
        String data = System.getenv("BAMS3_TEST_DATA");
        assumeTrue(data != null, "BAMS3_TEST_DATA names no folder of files");
        Path file = Path.of(data).toAbsolutePath().normalize().resolveSibling("cases/sources/" + name);
        assumeTrue(Files.exists(file), file + " is not there");
        return file;
    }

    private static QueryFixture fixture(Path file) {
        RawBam bam = RawBam.read(file);
        RawBam sorted = bam.isSorted() ? bam : bam.sorted();
        return new QueryFixture(sorted.header(), sorted.records(), QueryFixture.SMALL);
    }

    private static String sam(QueryFixture fixture, ReadSelection selection) {
        byte[] answer = fixture.write(selection, ReadFormat.SAM, OpenRead.Part.WHOLE);
        // Lines of the header come first.
        return new String(answer, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String samtools(String... arguments) {
        return Htslib.samtools(arguments).output().lines().collect(Collectors.joining("\n", "", "\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mates.bam",
                "names.bam",
                "offend.bam",
                "over.bam",
                "polyploid.cuts.bam",
                "small.bam",
                "strobealign.bam",
                "utf8hdr.bam"
            })
    void samTextIsThatOfSamtools(String name) throws IOException {
        Path file = find(name);
        RawBam bam = RawBam.read(file);
        assumeTrue(bam.isSorted(), name + " is not sorted");
        String expected = samtools("view", file.toString());
        try (QueryFixture fixture = fixture(file)) {
            assertThat(sam(fixture, ReadSelection.everything())).isEqualTo(expected);
        }
    }

    /** samtools prints the NULs that pad the name, and then cannot read that line. */
    @Test
    void aPaddedNameIsShownWithoutItsPadding() {
        try (QueryFixture fixture = fixture(find("qn_pad.bam"))) {
            assertThat(sam(fixture, ReadSelection.everything())).startsWith("pad\t0\tchr1\t7\t");
            byte[] json = fixture.write(ReadSelection.everything(), ReadFormat.NDJSON, OpenRead.Part.WHOLE);
            assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"pad\"");
        }
    }

    /** 1-based, at and past the end of a reference of 1,000 bases. */
    @ParameterizedTest
    @CsvSource({
        "over.bam, chr1:1001-1001",
        "over.bam, chr1:1000-1000",
        "over.bam, chr1:1001-",
        "over.bam, chr1",
        "over.bam, chr1:5000-6000",
        "strobealign.bam, chr1:3001-3001",
        "strobealign.bam, chr1:2000-",
        "strobealign.bam, chr1",
        "offend.bam, chr1:1001-1001",
        "offend.bam, chr1",
        "offend.bam, chr1:1002-"
    })
    void aRegionAtTheEndGivesWhatSamtoolsGives(String name, String region) throws IOException {
        Path file = Files.copy(find(name), folder.resolve(name));
        assertThat(Htslib.samtools("index", "-c", "-o", file + ".csi", file.toString())
                        .exit())
                .isZero();
        String expected = samtools("view", file.toString(), region);
        try (QueryFixture fixture = fixture(file)) {
            Region asked = Region.parse(region, fixture.header.references());
            assertThat(sam(fixture, ReadSelection.region(asked))).isEqualTo(expected);
        }
    }

    /** Positions have 31 bits, and a read that begins at the last ones ends behind all of them. */
    @ParameterizedTest
    @CsvSource({
        "a, first u1 m5 m3 m2 last lastU",
        "a:101-2147483647, m5 m3 m2",
        "a:2147483646-, m5 m3 m2 last lastU",
        "a:2147483646-2147483646, m5 m3",
        "a:2147483647-2147483647, m5 m3 m2",
        "a:2147483648-, m3 m2 last lastU",
        "a:2147483648-2147483648, m3 m2 last lastU",
        "a:2147483649-, m3 m2 last",
        "a:2147483651-, last",
        "a:3000000000-4000000000, ''"
    })
    void aRegionAtTheLastPositionsGivesWhatSamtoolsGives(String region, String names) throws IOException {
        int most = Integer.MAX_VALUE;
        List<byte[]> records = List.of(
                record("first", 0, false),
                record("u1", 1, true),
                record("m5", most - 4, false),
                record("m3", most - 2, false),
                record("m2", most - 1, false),
                record("last", most, false),
                record("lastU", most, true));
        SamHeader header = new SamHeader(
                "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:a\tLN:2147483647\n".getBytes(StandardCharsets.US_ASCII),
                new ReferenceDictionary(List.of(new Reference("a", most))));
        try (QueryFixture fixture = new QueryFixture(header, records, QueryFixture.SMALL)) {
            Region asked = Region.parse(region, header.references());
            assertThat(names(sam(fixture, ReadSelection.region(asked)))).isEqualTo(names);
        }
        if (Htslib.isInstalled()) {
            Path file = folder.resolve("last.bam");
            new RawBam(header, records).writeStored(file);
            Htslib.samtools("index", "-c", "-o", file + ".csi", file.toString());
            assertThat(names(samtools("view", file.toString(), region))).isEqualTo(names);
        }
    }

    @Test
    void namesOfReferencesAndReadGroupsAreTheSameTextEverywhere() {
        try (QueryFixture fixture = fixture(find("names.bam"))) {
            assertThat(fixture.header.references().indexOf("\u00e9")).isPresent();
            assertThat(sam(fixture, ReadSelection.region(Region.whole("\u00e9"))))
                    .isNotEmpty();
            byte[] json =
                    fixture.write(ReadSelection.region(Region.whole("\u00e9")), ReadFormat.NDJSON, OpenRead.Part.WHOLE);
            assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"\u00e9\"");
        }
        try (QueryFixture fixture = fixture(find("utf8hdr.bam"))) {
            assertThat(fixture.header.readGroups().getFirst().id()).isEqualTo("\u00b51");
            byte[] json = fixture.write(ReadSelection.everything(), ReadFormat.NDJSON, OpenRead.Part.WHOLE);
            assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"\\u00b51\"");
        }
    }
}
