package dev.bams3.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions.Layout;
import dev.bams3.simulate.SimulationOptions.Qualities;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests for {@link Simulator}; htsjdk is the judge of what it writes. */
class SimulatorTest {
    private static final List<Reference> REFERENCES =
            List.of(new Reference("chr1", 60_000), new Reference("chr2", 20_011), new Reference("small", 12_000));

    static List<SimulationOptions> kinds() {
        SimulationOptions illumina = SimulationOptions.illumina(7, REFERENCES);
        return List.of(
                illumina,
                illumina.withQualities(Qualities.FORTY).withDepth(2),
                SimulationOptions.illumina(8, List.of(new Reference("deep", 500)))
                        .withDepth(3000),
                SimulationOptions.rna(9, REFERENCES),
                SimulationOptions.longReads(10, REFERENCES),
                new SimulationOptions(
                        11, REFERENCES, 5, 75, Layout.SINGLE, 1, 0, Qualities.BINNED, 0.5, 5000, 0.1, 0.1, 3));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void recordsAreValidAndInCoordinateOrder(SimulationOptions options) throws IOException {
        List<SAMRecord> records = records(simulate(options, 2));
        assertThat(records).isNotEmpty();
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i).isValid())
                    .as(records.get(i).getSAMString())
                    .isNull();
        }
        for (int i = 1; i < records.size(); i++) {
            assertThat(order(records.get(i - 1))).isLessThanOrEqualTo(order(records.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sameSeedGivesTheSameBytesWithAnyNumberOfThreads(SimulationOptions options) throws IOException {
        assertThat(simulate(options, 1)).isEqualTo(simulate(options, 3));
    }

    @Test
    void depthIsAsAsked() throws IOException {
        SimulationOptions options = SimulationOptions.illumina(3, REFERENCES);
        long bases = records(simulate(options, 2)).stream()
                .filter(record -> record.getReferenceIndex() >= 0 && !record.getReadUnmappedFlag())
                .mapToLong(SAMRecord::getReadLength)
                .sum();
        assertThat((double) bases / (60_000 + 20_011 + 12_000)).isBetween(29.0, 31.0);
    }

    @Test
    void everyPairIsWholeAndItsReadsTellTheSameOfEachOther() throws IOException {
        Map<String, List<SAMRecord>> pairs = new HashMap<>();
        for (SAMRecord record : records(simulate(SimulationOptions.rna(4, REFERENCES), 2))) {
            pairs.computeIfAbsent(record.getReadName(), name -> new ArrayList<>())
                    .add(record);
        }
        assertThat(pairs.values()).allSatisfy(pair -> {
            assertThat(pair).hasSize(2);
            SAMRecord one = pair.get(0);
            SAMRecord two = pair.get(1);
            assertThat(one.getMateAlignmentStart()).isEqualTo(two.getAlignmentStart());
            assertThat(two.getMateAlignmentStart()).isEqualTo(one.getAlignmentStart());
            assertThat(one.getInferredInsertSize()).isEqualTo(-two.getInferredInsertSize());
            assertThat(one.getMateUnmappedFlag()).isEqualTo(two.getReadUnmappedFlag());
            assertThat(one.getFirstOfPairFlag()).isNotEqualTo(two.getFirstOfPairFlag());
            if (!two.getReadUnmappedFlag() && !one.getReadUnmappedFlag()) {
                assertThat(one.getStringAttribute("MC")).isEqualTo(two.getCigarString());
            }
        });
    }

    @Test
    void rnaHasLongIntronsAndReadsAgreeOnTheirPlaces() throws IOException {
        List<Reference> reference = List.of(new Reference("chr1", 3_000_000));
        List<SAMRecord> records =
                records(simulate(SimulationOptions.rna(5, reference).withDepth(2), 2));
        long longest = records.stream()
                .flatMap(record -> record.getCigar().getCigarElements().stream())
                .filter(element -> element.getOperator().name().equals("N"))
                .mapToLong(element -> element.getLength())
                .max()
                .orElse(0);
        assertThat(longest).isGreaterThan(100_000);
    }

    @Test
    void readsOfOnePlaceAgreeButForErrors() throws IOException {
        long bases = 0;
        long mismatches = 0;
        for (SAMRecord record : records(simulate(SimulationOptions.illumina(6, REFERENCES), 2))) {
            if (record.getIntegerAttribute("NM") != null) {
                bases += record.getReadLength();
                mismatches += record.getIntegerAttribute("NM");
            }
        }
        assertThat((double) mismatches / bases).isBetween(0.0005, 0.02);
    }

    @Test
    void aReferenceShorterThanAReadIsRefused() {
        assertThatThrownBy(() -> SimulationOptions.illumina(1, List.of(new Reference("tiny", 100))))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("tiny is shorter than a read (150 bases)");
    }

    private static long order(SAMRecord record) {
        return record.getReferenceIndex() < 0
                ? Long.MAX_VALUE
                : (long) record.getReferenceIndex() << 32 | record.getAlignmentStart();
    }

    private static List<SAMRecord> records(byte[] bam) throws IOException {
        SamReaderFactory factory = SamReaderFactory.make().validationStringency(ValidationStringency.STRICT);
        try (SamReader reader = factory.open(SamInputResource.of(new ByteArrayInputStream(bam)))) {
            List<SAMRecord> records = new ArrayList<>();
            reader.forEach(records::add);
            return records;
        }
    }

    private static byte[] simulate(SimulationOptions options, int threads) throws IOException {
        try (ExecutorService cpu = Executors.newFixedThreadPool(threads)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Simulator.Totals totals = new Simulator(cpu, 1).simulate(options, out);
            assertThat(totals.bytes()).isEqualTo(out.size());
            return out.toByteArray();
        }
    }
}
