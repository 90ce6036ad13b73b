package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.convert.ConversionKey;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRequest;
import dev.bams3.convert.ConversionRig;
import dev.bams3.convert.LocalShards;
import dev.bams3.convert.Progress;
import dev.bams3.convert.Supervision;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import htsjdk.samtools.SAMFileWriter;
import htsjdk.samtools.SAMFileWriterFactory;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A SAM becomes the records that the BAM of the same reads has. htsjdk writes the inputs. */
class OtherFormatsTest {
    private static final int LENGTH = 20_000;

    private final ConversionRig rig = new ConversionRig();
    private byte[] bam = new byte[0];

    @BeforeEach
    void simulate() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", LENGTH));
        new Simulator(rig.cpu, 1)
                .simulate(SimulationOptions.illumina(4, references).withDepth(8), out);
        bam = out.toByteArray();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aSamGivesTheHeaderTextVerbatimAndTheSameReads() throws IOException {
        byte[] sam = sam();
        rig.convert(sam, ConversionOptions.DEFAULT);
        assertThat(rig.open().metadata().source().format()).isEqualTo("SAM");
        assertThat(new String(rig.open().header().text(), StandardCharsets.ISO_8859_1))
                .isEqualTo(headerLines(sam));
        assertThat(samLines(rig.export())).isEqualTo(samLines(bam));
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void aGzippedSamIsASam() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(sam());
        }
        rig.convert(zipped.toByteArray(), ConversionOptions.DEFAULT);
        assertThat(samLines(rig.export())).isEqualTo(samLines(bam));
        // BGZF is gzip too.
        rig.convert(ConversionRig.bgzf(sam()), ConversionOptions.DEFAULT.withReplace(true));
        assertThat(samLines(rig.export())).isEqualTo(samLines(bam));
    }

    @Test
    void aBrokenSamLineIsNamed() throws IOException {
        byte[] broken = (new String(sam(), StandardCharsets.ISO_8859_1) + "broken\tline\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        long line = new String(broken, StandardCharsets.ISO_8859_1).lines().count();
        assertThatThrownBy(() -> rig.convert(broken, ConversionOptions.DEFAULT))
                .hasMessageContaining("source.bam: line " + line + ", FLAG: 'line' is not a number")
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_INPUT));
        assertThat(rig.keys()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chr1\t100\t200\n",
                "chr1\t100\t200\tpeak\t960\t+\n",
                "#CHROM\tPOS\tID\n",
                "name\t0\tchr1\t5\t60\t4M\n",
                "name\t4\t*\t0\t0\t*1M\t*\t0\t0\tACGT\t*\n",
                "name\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\tno tag\n",
                "just text\n",
            })
    void otherTextIsRefusedAtOnce(String text) {
        assertThatThrownBy(() -> rig.convert(text.getBytes(StandardCharsets.US_ASCII), ConversionOptions.DEFAULT))
                .hasMessageContaining("neither BAM, SAM nor CRAM");
    }

    @Test
    void aSamIsOneShardThatIsConvertedElsewhere() throws IOException {
        ConversionOptions options = ConversionOptions.DEFAULT.withReplace(true);
        for (byte[] file : List.of(sam())) {
            DatasetMetadata one = rig.convert(file, options);
            List<Integer> shards = new ArrayList<>();
            ConversionRequest request = new ConversionRequest(
                    new ConversionKey(Instant.now(), "other-" + file.length),
                    rig.source(file),
                    new DatasetLocation(rig.datasets, ConversionRig.DATASET),
                    options);
            DatasetMetadata merged = rig.converter()
                    .convert(
                            request,
                            4,
                            (same, plan, supervision) -> {
                                shards.add(plan.shards().size());
                                new LocalShards(rig.converter(), 4).run(same, plan, supervision);
                            },
                            Supervision.of(Progress.Listener.NONE))
                    .metadata();
            assertThat(shards).containsExactly(1);
            assertThat(merged.digest()).isEqualTo(one.digest());
            assertThat(merged.source().format()).isEqualTo(one.source().format());
            assertThat(rig.verify().problems()).isEmpty();
        }
    }

    private byte[] sam() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SamReader reader = open(bam);
                SAMFileWriter writer = new SAMFileWriterFactory().makeSAMWriter(reader.getFileHeader(), true, out)) {
            reader.forEach(writer::addAlignment);
        }
        return out.toByteArray();
    }

    private static String headerLines(byte[] sam) {
        StringBuilder header = new StringBuilder();
        new String(sam, StandardCharsets.ISO_8859_1)
                .lines()
                .takeWhile(line -> line.startsWith("@"))
                .forEach(line -> header.append(line).append('\n'));
        return header.toString();
    }

    private static List<String> samLines(byte[] file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (SamReader reader = open(file)) {
            reader.forEach(record -> lines.add(record.getSAMString()));
        }
        return lines;
    }

    private static SamReader open(byte[] file) {
        return SamReaderFactory.make()
                .validationStringency(ValidationStringency.SILENT)
                .open(SamInputResource.of(new ByteArrayInputStream(file)));
    }
}
