package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of other languages, where they are installed: Debian's pysam, and what JBrowse reads BAM with. */
class InstalledClientsTest {
    private static final ServedReads READS = ServedReads.shared();

    /** The one that Debian's packages are for, whatever else is on the path. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final Path PROGRAMS = Path.of("src/test/clients").toAbsolutePath();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"/reads/", "/stream/reads/"})
    void pysamReadsEveryRecord(String path) throws IOException {
        Tool.Result all = pysam(READS.server().url(path + ServedReads.ID));
        assertThat(all.exit()).as(all.errors()).isZero();
        assertThat(all.lines().stream().map(ServedReads::sorted)).containsExactlyElementsOf(READS.sam(record -> true));
    }

    @Test
    void pysamReadsARegion() throws IOException {
        Tool.Result region =
                pysam(READS.server().url("/reads/" + ServedReads.ID + "?referenceName=chr1&start=1000&end=90000"));
        assertThat(region.exit()).as(region.errors()).isZero();
        assertThat(region.lines().stream().map(ServedReads::sorted))
                .containsExactlyElementsOf(READS.overlapping("chr1", 1000, 90_000));
    }

    @Test
    void pysamFailsWhereAnAnswerBreaksOff() throws IOException {
        Tool.Result broken = pysam(READS.server().url("/reads/" + ServedReads.BROKEN));
        assertThat(broken.exit()).isNotZero();
        assertThat(broken.errors()).contains("Error:");
    }

    private Tool.Result pysam(String url) throws IOException {
        assumeTrue(
                Tool.isOnPath(PYTHON)
                        && Tool.run(folder, PYTHON, "-c", "import pysam").exit() == 0,
                "Debian's python3-pysam is not installed");
        return Tool.run(folder, PYTHON, PROGRAMS.resolve("pysam/read.py").toString(), url);
    }

    @ParameterizedTest
    @CsvSource({"chr1, 1000, 90000", "HLA-A*01:01, 0, 5000", "chr1, 299000, 1000000"})
    void jbrowseReadsARegion(String reference, int start, int end) throws IOException {
        Tool.Result region = jbrowse(ServedReads.ID, reference, start, end);
        assertThat(region.exit()).as(region.errors()).isZero();
        List<String> expected = READS.overlapping(reference, start, end).stream()
                .map(InstalledClientsTest::firstColumns)
                .toList();
        assertThat(expected).isNotEmpty();
        assertThat(region.lines()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "bai, chr1, 1000, 90000",
        "csi, chr1, 1000, 1001",
        "bai, HLA-A*01:01, 0, 5000",
        "csi, HG002#1#chr2, 49000, 1000000"
    })
    void jbrowseReadsARegionOfAFile(String index, String reference, int start, int end) throws IOException {
        String bam = READS.server().url("/files/" + ServedReads.ID + ".bam");
        Tool.Result region = node("file.mjs", bam, bam + "." + index, reference, start, end);
        assertThat(region.exit()).as(region.errors()).isZero();
        // Of any BAM file it also returns the reads that end where the region begins.
        List<String> expected = READS.overlapping(reference, start - 1, end).stream()
                .map(InstalledClientsTest::firstColumns)
                .toList();
        assertThat(expected).isNotEmpty();
        assertThat(region.lines()).isEqualTo(expected);
    }

    /** It alone shows people what an error says. */
    @Test
    void jbrowseShowsTheMessageOfAnError() throws IOException {
        Tool.Result none = jbrowse("a/none", "chr1", 0, 10);
        assertThat(none.exit()).isNotZero();
        assertThat(none.errors()).contains("404").contains("\"error\":\"NotFound\"");
        assertThat(jbrowse(ServedReads.BROKEN, "chr1", 0, 300_000).exit()).isNotZero();
    }

    private Tool.Result jbrowse(String id, String reference, int start, int end) throws IOException {
        return node("read.mjs", READS.server().url("/reads"), id, reference, start, end);
    }

    private Tool.Result node(String program, String first, String second, String reference, int start, int end)
            throws IOException {
        Path installed = Path.of("target/clients/jbrowse").toAbsolutePath();
        assumeTrue(
                Files.isDirectory(installed.resolve("node_modules")),
                "@gmod/bam is not installed; .ci/jbrowse does that");
        return Tool.run(
                folder,
                "node",
                installed.resolve(program).toString(),
                first,
                second,
                reference,
                String.format(Locale.ROOT, "%d", start),
                String.format(Locale.ROOT, "%d", end));
    }

    /** Of reads that are unmapped it hands out no qualities. */
    private static String firstColumns(String line) {
        List<String> columns = List.of(line.split("\t"));
        boolean unmapped = (Integer.parseInt(columns.get(1)) & 4) != 0;
        return String.join("\t", columns.subList(0, 10)) + "\t" + (unmapped ? "*" : columns.get(10));
    }
}
