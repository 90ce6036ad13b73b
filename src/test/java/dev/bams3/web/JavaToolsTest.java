package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Picard and GATK open a virtual file by its address, where {@code .ci/gatk} has got them. */
class JavaToolsTest {
    private static final Path TOOLS = Path.of("target/clients/gatk").toAbsolutePath();
    private static final ServedReads READS = ServedReads.shared();
    private static final String BAM = READS.server().url("/files/" + ServedReads.ID + ".bam");

    @TempDir
    private Path folder;

    @BeforeAll
    static void requireTools() {
        assumeTrue(Files.exists(TOOLS.resolve("Gatk.class")), ".ci/gatk has not got GATK and Picard");
    }

    private Tool.Result java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "-Xmx512m", "-cp", Files.readString(TOOLS.resolve("jars")).strip() + ":" + TOOLS));
        command.addAll(Arrays.asList(arguments));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Tool.Result result = Tool.run(folder, java, command.toArray(String[]::new));
        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
        return result;
    }

    @Test
    void picardReadsTheWholeFile() throws IOException {
        List<String> records = java(
                        "picard.cmdline.PicardCommandLine",
                        "ViewSam",
                        "-I",
                        BAM,
                        "-ALIGNMENT_STATUS",
                        "All",
                        "-PF_STATUS",
                        "All",
                        "-VALIDATION_STRINGENCY",
                        "SILENT")
                .lines()
                .stream()
                .filter(line -> !line.startsWith("@"))
                .map(ServedReads::sorted)
                .toList();
        assertThat(records).isEqualTo(READS.sam(record -> true));
    }

    @Test
    void gatkReadsRegionsByBothIndexes() throws IOException {
        int expected = READS.overlapping("chr1", 20_000, 60_000).size()
                + READS.overlapping("chr1", 100_000, 101_000).size();
        for (String index : List.of(".bai", ".csi")) {
            List<String> lines = java(
                            "Gatk",
                            "org.broadinstitute.hellbender.tools.CountReads",
                            "-I",
                            BAM,
                            "--read-index",
                            BAM + index,
                            "-L",
                            "chr1:20001-60000",
                            "-L",
                            "chr1:100001-101000",
                            "--disable-tool-default-read-filters",
                            "--use-jdk-deflater",
                            "--use-jdk-inflater")
                    .lines();
            assertThat(lines.getLast()).isEqualTo(Integer.toString(expected));
        }
    }
}
