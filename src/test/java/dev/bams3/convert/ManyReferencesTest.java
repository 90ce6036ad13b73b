package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.query.BamCompression;
import dev.bams3.query.OpenRead;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.SamHeader;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The costs of a genome with 3,366 contigs, as hs38DH has them: what a query reads first, and what a small file takes. */
class ManyReferencesTest {
    private static final int CONTIGS = 3366;

    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** @param checksums whether each line has one, which does not compress: 54 kB of them */
    private static SamHeader header(boolean checksums) {
        Random random = new Random(38);
        StringBuilder text = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n");
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < CONTIGS; i++) {
            String name = i < 25
                    ? "chr" + (i + 1)
                    : i < 2841 ? "chrUn_KN%06dv1_decoy".formatted(707_606 + random.nextInt(3) + 4 * i) : hla(random, i);
            int length = i == 0 ? 200_000 : 1000 + random.nextInt(20_000);
            byte[] sum = new byte[16];
            random.nextBytes(sum);
            references.add(new Reference(name, length));
            text.append("@SQ\tSN:").append(name).append("\tLN:").append(length);
            text.append(checksums ? "\tM5:" + HexFormat.of().formatHex(sum) + "\tUR:file:/refs/hs38DH.fa\n" : "\n");
        }
        return new SamHeader(text.toString().getBytes(StandardCharsets.US_ASCII), new ReferenceDictionary(references));
    }

    private static String hla(Random random, int number) {
        return "HLA-%s*%02d:%02d:%02d"
                .formatted("ABC".charAt(number % 3), number % 97, number / 97, random.nextInt(10));
    }

    private List<byte[]> records(SamHeader header) throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> first = header.references().references().subList(0, 1);
        new Simulator(rig.cpu, 1).simulate(SimulationOptions.illumina(38, first), bam);
        return RawBam.read(bam.toByteArray()).records();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aColdQueryReadsLittleInThreeRoundTrips(boolean checksums) throws IOException {
        SamHeader header = header(checksums);
        rig.convert(ConversionRig.bam(header, records(header)), ConversionOptions.DEFAULT);
        CountingObjectStore store = new CountingObjectStore(rig.datasets);
        try (ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(16, 8, 64L << 20, 12 << 20));
                BamCompression compression = new BamCompression(1, 2);
                ReadsQuery query = new ReadsQuery(fetcher, rig.cpu, compression, new QueryLimits(4, 64L << 20))) {
            OpenDataset dataset = new Datasets(store, DatasetCacheSettings.DEFAULT)
                    .open(new DatasetLocation(store, ConversionRig.DATASET));
            // As the service does, while the index is read.
            dataset.prepareHeader();
            Region region = new Region("chr1", 100_000, OptionalLong.of(101_000));
            try (OpenRead read = query.open(dataset, ReadSelection.region(region))) {
                assertThat(read.writeTo(ReadFormat.BAM, OpenRead.Part.WHOLE, new ByteArrayOutputStream())
                                .records())
                        .isGreaterThan(100);
            }
        }
        // First the metadata, then header and index at one time, then the block.
        assertThat(store.gets()).isEqualTo(4);
        assertThat(store.gets("_metadata.json")).isEqualTo(1);
        assertThat(store.gets(".sam.zst")).isEqualTo(1);
        assertThat(store.gets(".b3i")).isEqualTo(1);
        assertThat(store.bytesRead()).isLessThanOrEqualTo(150_000);
    }

    @Test
    void fewReadsUnderALargeHeaderTakeLittleMoreThanTheirBam() throws IOException {
        SamHeader header = header(true);
        byte[] bam = ConversionRig.bam(header, records(header).subList(0, 20));
        DatasetMetadata metadata = rig.convert(bam, ConversionOptions.DEFAULT);
        assertThat(metadata.digest().records()).isEqualTo(20);
        long stored = rig.keys().stream()
                .mapToLong(key -> rig.datasets.head(new ObjectKey(key)).size())
                .sum();
        assertThat(stored).isLessThan(2L * bam.length);
    }

    /** However well records compress, a chunk is not left small. */
    @Test
    void chunksHaveTheStoredBytesThatTheyShould() {
        long least = 60_000;
        byte[] bam = ConversionRig.bam(RandomRecords.header(), new RandomRecords(6).sortedList(3000));
        BlockSizing sizing = new BlockSizing(4000, 3, 30_000, 20_000, least);
        DatasetMetadata metadata = rig.convert(bam, ConversionOptions.DEFAULT.withSizing(sizing));
        assertThat(metadata.chunks().count())
                .isGreaterThan(3)
                .isLessThanOrEqualTo((int) (metadata.blocks().length() / least) + 1);
    }
}
