package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bam.BamHeader;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.MutantDatasets;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.genome.Reference;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.sort.ExternalSortProbe;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Converts and exports: what comes back is what went in. Failures are the business of ConversionFailureTest. */
public class RoundTripTest {
    private static final BlockSizing SMALL = new BlockSizing(4000, 3, 30_000, 20_000);

    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nastyRecordsComeBackByteForByte(long seed) {
        List<byte[]> records = new RandomRecords(seed).sortedList(1500);
        byte[] bam = ConversionRig.bam(RandomRecords.header(), records);
        DatasetMetadata metadata = rig.convert(bam, ConversionOptions.DEFAULT.withSizing(SMALL));
        assertThat(metadata.source().sortedOnConversion()).isFalse();
        assertThat(metadata.digest().records()).isEqualTo(1500);
        assertThat(metadata.chunks().count()).isGreaterThan(3);
        assertWholeAndEqual(ConversionRig.inflated(bam));
    }

    @ParameterizedTest
    @MethodSource("simulations")
    void simulatedReadsComeBackByteForByte(SimulationOptions options) throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        new Simulator(rig.cpu, 1).simulate(options, bam);
        DatasetMetadata metadata = rig.convert(bam.toByteArray(), ConversionOptions.DEFAULT);
        assertThat(metadata.source().sortedOnConversion()).isFalse();
        assertWholeAndEqual(ConversionRig.inflated(bam.toByteArray()));
    }

    @Test
    void aHigherLevelIsSmallerAndTheSameRecords() throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        new Simulator(rig.cpu, 1).simulate(SimulationOptions.illumina(4, List.of(new Reference("c", 60_000))), bam);
        ConversionOptions usual = ConversionOptions.DEFAULT.withReplace(true);
        DatasetMetadata fast = rig.convert(bam.toByteArray(), usual);
        DatasetMetadata small = rig.convert(bam.toByteArray(), usual.withCompression(Compression.zstd(19)));
        assertThat(fast.compression().level()).isEqualTo(1);
        assertThat(small.compression().level()).isEqualTo(19);
        assertThat(small.chunks().length()).isLessThan(fast.chunks().length());
        assertThat(small.digest()).isEqualTo(fast.digest());
        assertWholeAndEqual(ConversionRig.inflated(bam.toByteArray()));
    }

    static List<SimulationOptions> simulations() {
        List<Reference> references = List.of(new Reference("chr1", 200_000), new Reference("chr2", 30_000));
        return List.of(
                SimulationOptions.illumina(1, references),
                SimulationOptions.rna(2, references),
                SimulationOptions.longReads(3, references));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void unsortedRecordsAreSortedStablyWithinLittleMemory(long seed, @TempDir Path temporary) throws IOException {
        List<byte[]> records = new ArrayList<>(new RandomRecords(seed).list(6000));
        Collections.shuffle(records, new Random(seed));
        byte[] bam = ConversionRig.bam(RandomRecords.header(), records);
        List<Path> spills = Collections.synchronizedList(new ArrayList<>());
        ConversionOptions options = ConversionOptions.DEFAULT.withSizing(SMALL).withSort(3 << 20, temporary);
        DatasetMetadata metadata = rig.converter()
                .convert(
                        rig.source(bam),
                        new DatasetLocation(rig.datasets, ConversionRig.DATASET),
                        options,
                        progress -> {
                            if (progress.phase() == Progress.Phase.WRITING) {
                                spills.addAll(filesIn(temporary));
                            }
                        });
        assertThat(metadata.source().sortedOnConversion()).as("seed %d", seed).isTrue();
        assertThat(spills).as("the sort spilled").isNotEmpty();
        assertThat(filesIn(temporary)).isEmpty();
        SamHeader header = RandomRecords.header().sortedByCoordinate();
        assertThat(header.sortOrder()).hasValue("coordinate");
        assertWholeAndEqual(inflatedBam(header, stablySorted(records)));
    }

    @Test
    void manyRunsAreMergedInSteps(@TempDir Path temporary) {
        // 300 records of about a run each: more runs than are merged at once.
        List<byte[]> records = new ArrayList<>();
        RandomRecords random = new RandomRecords(5);
        for (int i = 0; i < 9000; i++) {
            records.add(random.record());
        }
        byte[] bam = ConversionRig.bam(RandomRecords.header(), records);
        ExternalSortProbe probe = new ExternalSortProbe(rig, temporary);
        assertThat(probe.sort(records, 3 * 4096)).isGreaterThan(64);
        assertThat(probe.sorted()).isEqualTo(RandomRecords.concatenated(stablySorted(records)));
        assertThat(bam).isNotEmpty();
    }

    /** In order, and sorted on the way; the stored hash is that of the records as the dataset has them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHashOfTheRecordsIsStoredWhereItIsWantedAndVerified(boolean inOrder) {
        List<byte[]> records = new RandomRecords(9).list(500);
        List<byte[]> sorted = stablySorted(records);
        byte[] bam = ConversionRig.bam(RandomRecords.header(), inOrder ? sorted : records);
        assertThat(rig.convert(bam, ConversionOptions.DEFAULT).sha256()).isEmpty();
        DatasetMetadata metadata = rig.convert(
                bam,
                ConversionOptions.DEFAULT.withSizing(SMALL).withSha256(true).withReplace(true));
        assertThat(metadata.sha256()).hasValue(sha256(RandomRecords.concatenated(sorted)));
        assertThat(rig.verify().problems()).isEmpty();

        ObjectKey key = new DatasetLocation(rig.datasets, ConversionRig.DATASET).key(DatasetLayout.METADATA);
        byte[] stored = rig.datasets.get(key, 1 << 20).body();
        String text = new String(stored, StandardCharsets.UTF_8).replaceAll(",\"checksum\":.*", "}");
        String other = text.replaceAll("(\"sha256\":\").{4}", "$10000");
        rig.datasets.put(key, MutantDatasets.sealed(other), PutCondition.always());
        assertThat(rig.verify().problems()).singleElement().asString().contains("digest.sha256");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsWithoutReferencesKeepTheirOrderAndHeader() {
        SamHeader header = new SamHeader(
                "@HD\tVN:1.5\tSO:queryname\n@RG\tID:x\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                dev.bams3.genome.ReferenceDictionary.EMPTY);
        List<byte[]> records = new RandomRecords(3)
                .list(500).stream()
                        .filter(record ->
                                BamRecord.referenceIndex(record, 0) < 0 && BamRecord.mateReferenceIndex(record, 0) < 0)
                        .toList();
        assertThat(records).isNotEmpty();
        byte[] bam = ConversionRig.bam(header, records);
        DatasetMetadata metadata = rig.convert(bam, ConversionOptions.DEFAULT);
        assertThat(metadata.source().sortedOnConversion()).isFalse();
        assertThat(metadata.source().declaredOrder()).hasValue("queryname");
        assertThat(metadata.unplaced().records()).isEqualTo(records.size());
        assertWholeAndEqual(ConversionRig.inflated(bam));
    }

    @Test
    void aFileWithoutRecordsIsADatasetWithoutChunks() {
        byte[] bam = ConversionRig.bam(RandomRecords.header(), List.of());
        assertThat(rig.convert(bam, ConversionOptions.DEFAULT).chunks().count()).isZero();
        assertWholeAndEqual(ConversionRig.inflated(bam));
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "BAMS3_TEST_DATA", matches = ".+")
    void everyRealFileComesBack() throws IOException {
        List<Path> files = filesIn(Path.of(System.getenv("BAMS3_TEST_DATA"))).stream()
                .filter(file -> file.toString().endsWith(".bam"))
                .toList();
        assertThat(files).hasSizeGreaterThan(30);
        for (Path file : files) {
            byte[] bam = Files.readAllBytes(file);
            ConversionOptions options = ConversionOptions.DEFAULT
                    .withReplace(true)
                    .withAllowMissingEndOfFile(file.endsWith("htsjdk_index_test.bam"));
            DatasetMetadata metadata = rig.convert(bam, options);
            byte[] expected = ConversionRig.inflated(bam);
            if (metadata.source().sortedOnConversion()) {
                expected = sortedBam(expected, rig.open().header());
            }
            assertThat(ConversionRig.inflated(rig.export())).as(file.toString()).isEqualTo(expected);
            assertThat(rig.verify().problems()).as(file.toString()).isEmpty();
        }
    }

    private void assertWholeAndEqual(byte[] inflated) {
        byte[] exported = rig.export();
        assertThat(Arrays.equals(ConversionRig.inflated(exported), inflated))
                .as("exported records and header are those of the source")
                .isTrue();
        Verifier.Report report = rig.verify();
        assertThat(report.problems()).isEmpty();
    }

    /** The records behind the header of {@code inflated}, sorted, behind a new header. */
    private static byte[] sortedBam(byte[] inflated, SamHeader header) {
        List<byte[]> records = new ArrayList<>();
        int at = 8 + BamRecord.int32(inflated, 4);
        int references = BamRecord.int32(inflated, at);
        at += 4;
        for (int i = 0; i < references; i++) {
            at += 8 + BamRecord.int32(inflated, at);
        }
        while (at < inflated.length) {
            int length = BamRecord.length(inflated, at);
            records.add(Arrays.copyOfRange(inflated, at, at + length));
            at += length;
        }
        return inflatedBam(header, stablySorted(records));
    }

    private static byte[] inflatedBam(SamHeader header, List<byte[]> records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(BamHeader.encode(header));
        records.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private static List<byte[]> stablySorted(List<byte[]> records) {
        Comparator<byte[]> byReference =
                Comparator.comparing(record -> Integer.toUnsignedLong(BamRecord.referenceIndex(record, 0)));
        Comparator<byte[]> byStart = Comparator.comparingInt(
                record -> BamRecord.referenceIndex(record, 0) < 0 ? 0 : BamRecord.start(record, 0));
        return records.stream().sorted(byReference.thenComparing(byStart)).toList();
    }

    private static List<Path> filesIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
