package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Tool;
import htsjdk.samtools.SAMRecordIterator;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that open an indexed BAM by its address, over a real port. Of real BAMs, {@link FileRegionsTest} has more. */
class FileClientsTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String BAM = READS.server().url("/files/" + ServedReads.ID + ".bam");

    @TempDir
    private Path folder;

    @Test
    void samtoolsFindsTheIndexByItself() throws IOException {
        Tool.Result region = Tool.run(folder, "samtools", "view", "--no-PG", BAM, "chr1:1001-90000");
        assertThat(region.exit()).as(region.errors()).isZero();
        assertThat(region.errors()).isEmpty();
        assertThat(region.lines().stream().map(ServedReads::sorted))
                .containsExactlyElementsOf(READS.overlapping("chr1", 1000, 90_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {".bai", ".csi"})
    void samtoolsReadsRegionsByAnIndexThatIsNamed(String suffix) throws IOException {
        Tool.Result region = Tool.run(
                folder,
                "samtools",
                "view",
                "--no-PG",
                "-X",
                BAM,
                BAM + suffix,
                "{HLA-A*01:01}:1-5000",
                "{HG002#1#chr2}:49001-50000");
        assertThat(region.exit()).as(region.errors()).isZero();
        List<String> expected = new ArrayList<>(READS.overlapping("HLA-A*01:01", 0, 5000));
        expected.addAll(READS.overlapping("HG002#1#chr2", 49_000, 50_000));
        assertThat(region.lines().stream().map(ServedReads::sorted)).containsExactlyElementsOf(expected);
        assertThat(Tool.run(folder, "samtools", "view", "-c", "-X", BAM, BAM + suffix, "*")
                        .output()
                        .strip())
                .isEqualTo(Integer.toString(
                        READS.sam(record -> record.getReferenceIndex() < 0).size()));
    }

    @Test
    void aDownloadIsASoundBamWithTheSameCounts() throws IOException {
        assertThat(Tool.run(folder, "curl", "-sSf", "-O", BAM).exit()).isZero();
        assertThat(Tool.run(folder, "samtools", "quickcheck", "-v", "reads.bam").exit())
                .isZero();
        assertThat(ServedReads.decode(Files.readAllBytes(folder.resolve("reads.bam"))))
                .isEqualTo(READS.records());
        Tool.Result remote = Tool.run(folder, "samtools", "idxstats", BAM);
        Files.delete(folder.resolve("reads.bam.csi"));
        assertThat(Tool.run(folder, "samtools", "index", "reads.bam").exit()).isZero();
        assertThat(remote.output())
                .isEqualTo(Tool.run(folder, "samtools", "idxstats", "reads.bam").output());
    }

    @Test
    void curlGoesOnWhereItWasCut() throws IOException {
        byte[] whole = TicketClient.get(BAM).body();
        Path file = folder.resolve("reads.bam");
        for (int had : List.of(1, 65_311, whole.length / 2, whole.length - 1)) {
            Files.write(file, Arrays.copyOf(whole, had));
            Tool.Result rest = Tool.run(folder, "curl", "-sSf", "-C", "-", "-O", BAM);
            assertThat(rest.exit()).as(rest.errors()).isZero();
            assertThat(Files.readAllBytes(file)).isEqualTo(whole);
        }
    }

    @Test
    void aria2JoinsPartsOfSeveralConnections() throws IOException {
        Tool.Result loaded =
                Tool.run(folder, "aria2c", "--no-conf", "-x4", "-s4", "-k1M", "-q", "-o", "reads.bam", BAM);
        assertThat(loaded.exit()).as(loaded.output() + loaded.errors()).isZero();
        assertThat(Files.readAllBytes(folder.resolve("reads.bam")))
                .isEqualTo(TicketClient.get(BAM).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {".bai", ".csi"})
    void htsjdkQueriesByBothIndexes(String suffix) throws IOException {
        SamInputResource input = SamInputResource.of(URI.create(BAM).toURL())
                .index(URI.create(BAM + suffix).toURL());
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        try (SamReader reader = factory.open(input)) {
            assertThat(reader.hasIndex()).isTrue();
            assertThat(texts(reader.query("chr1", 1001, 90_000, false)))
                    .isEqualTo(READS.overlapping("chr1", 1000, 90_000));
            assertThat(texts(reader.query("HLA-A*01:01", 1, 5000, false)))
                    .isEqualTo(READS.overlapping("HLA-A*01:01", 0, 5000));
            assertThat(texts(reader.queryUnmapped())).isEqualTo(READS.sam(record -> record.getReferenceIndex() < 0));
            assertThat(texts(reader.iterator())).isEqualTo(READS.sam(record -> true));
        }
    }

    private static List<String> texts(SAMRecordIterator iterator) {
        List<String> texts = new ArrayList<>();
        try (iterator) {
            iterator.forEachRemaining(record -> texts.add(ServedReads.text(record)));
        }
        return texts;
    }
}
