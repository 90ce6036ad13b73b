package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Summarizer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.FourBaseReads;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.format.MetadataCodec;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The summary of depth, every bin of every scale, against a count of every base and against {@code samtools depth}. */
class SummaryDepthTest {
    /** Small blocks and chunks, so that reads overlap many borders of them. */
    private static final ConversionOptions SMALL = ConversionOptions.DEFAULT
            .withSizing(new BlockSizing(4_000, 3, 30_000, 12_000))
            .withReplace(true);

    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** Depth of every covered position of a reference. */
    private static Map<Integer, Long> naive(List<byte[]> records, int reference, int length) {
        Map<Integer, Long> depth = new TreeMap<>();
        for (byte[] record : records) {
            int flags = RawBam.int32(record, 16) >>> 16;
            long position = RawBam.int32(record, 8);
            if (RawBam.int32(record, 4) != reference || position < 0 || (flags & 0x704) != 0) {
                continue;
            }
            for (int operation : CoverageTest.cigar(record)) {
                char code = "MIDNSHP=X".charAt(operation & 15);
                for (int i = 0; i < operation >>> 4 && "M=X".indexOf(code) >= 0; i++) {
                    if (position + i < length) {
                        depth.merge((int) position + i, 1L, Long::sum);
                    }
                }
                position += "MDN=X".indexOf(code) >= 0 ? operation >>> 4 : 0;
            }
        }
        return depth;
    }

    /** Bins of one width, by their number, of those with a covered position: covered, sum, least and most. */
    private static Map<Long, List<Long>> binned(Map<Integer, Long> depth, int width, int length) {
        Map<Long, List<Long>> bins = new TreeMap<>();
        depth.forEach((position, deep) -> bins.merge(
                (long) position / width,
                List.of(1L, deep, deep, deep),
                (a, b) -> List.of(
                        a.get(0) + b.get(0),
                        a.get(1) + b.get(1),
                        Math.min(a.get(2), b.get(2)),
                        Math.max(a.get(3), b.get(3)))));
        bins.replaceAll((bin, found) -> found.get(0) == Math.min(width, length - bin * width)
                ? found
                : List.of(found.get(0), found.get(1), 0L, found.get(3)));
        return bins;
    }

    private static Map<Long, List<Long>> stored(StoredDepth depth, int scale, int reference) {
        Map<Long, List<Long>> bins = new TreeMap<>();
        int count = depth.grid().bins(scale, reference);
        for (int from = 0; from < count; from += 1 << 16) {
            DepthBins some = depth.bins(scale, reference, from, Math.min(count, from + (1 << 16)));
            for (int i = 0; i < some.count(); i++) {
                if (some.covered()[i] > 0) {
                    bins.put(
                            (long) from + i,
                            List.of((long) some.covered()[i], some.sum()[i], some.min()[i], some.max()[i]));
                } else {
                    assertThat(some.sum()[i] + some.min()[i] + some.max()[i]).isZero();
                }
            }
        }
        return bins;
    }

    private StoredDepth depth() {
        return rig.open().depth().orElseThrow();
    }

    private void assertEveryBin(List<byte[]> records, ReferenceDictionary references, String what) {
        StoredDepth depth = depth();
        DepthGrid grid = depth.grid();
        for (int reference = 0; reference < references.size(); reference++) {
            int length = references.get(reference).length();
            Map<Integer, Long> positions = naive(records, reference, length);
            for (int scale = 0; scale < grid.scales() && grid.bins(scale, reference) > 0; scale++) {
                assertThat(stored(depth, scale, reference))
                        .as("%s: reference %d in bins of %d", what, reference, grid.width(scale))
                        .isEqualTo(binned(positions, grid.width(scale), length));
            }
        }
    }

    @Test
    void everyBinOfEveryScaleIsThatOfEveryBase() {
        for (int round = 0; round < 3; round++) {
            long seed = Seed.draw();
            List<byte[]> records = new RandomRecords(seed).sortedList(400);
            rig.convert(ConversionRig.bam(RandomRecords.header(), records), SMALL);
            assertThat(rig.open().metadata().chunks().count()).isGreaterThan(3);
            assertEveryBin(records, RandomRecords.header().references(), "seed " + seed);
            assertThat(rig.verify().problems()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void everyRegionIsExactAndOnlyItsEndsAreRead() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        List<byte[]> records = new RandomRecords(seed).sortedList(400);
        rig.convert(ConversionRig.bam(RandomRecords.header(), records), SMALL);
        CountingObjectStore store = new CountingObjectStore(rig.datasets);
        try (ChunkFetcher fetcher = new ChunkFetcher(QueryFixture.FETCH);
                BamCompression compression = new BamCompression(1, 2);
                ReadsQuery query = new ReadsQuery(fetcher, rig.cpu, compression, QueryFixture.QUERY)) {
            OpenDataset dataset = open(store);
            StoredDepth depth = dataset.depth().orElseThrow();
            int finest = depth.grid().width(0);
            for (int round = 0; round < 60; round++) {
                int reference = random.nextInt(dataset.references().size());
                int length = dataset.references().get(reference).length();
                int start = random.nextInt(Math.min(length, 25_000));
                int end = start + 1 + random.nextInt(Math.min(length - start, 1 << (1 + random.nextInt(18))));
                if (random.nextBoolean()) {
                    start = start / finest * finest;
                    end = Math.min(length, (end + finest - 1) / finest * finest);
                }
                Bins wanted = Bins.of(new Interval(start, end), 1 + random.nextInt(300));
                Coverage found = SummaryDepth.of(query, dataset, depth, reference, wanted, () -> {});
                assertThat(found.bins().edge(0)).isEqualTo(start);
                assertThat(found.bins().edge(found.bins().count())).isEqualTo(end);
                assertThat(found.bins().count()).isLessThanOrEqualTo(wanted.count());
                if (start % finest == 0 && (end % finest == 0 || end == length)) {
                    assertThat(found.gets()).isZero();
                }
                assertDetail(found, naive(records, reference, length), seed);
            }
        }
    }

    private static void assertDetail(Coverage found, Map<Integer, Long> positions, long seed) {
        DepthBins detail = found.detail().orElseThrow();
        for (int bin = 0; bin < found.bins().count(); bin++) {
            long covered = 0;
            long sum = 0;
            long min = Long.MAX_VALUE;
            long max = 0;
            for (int position = found.bins().edge(bin); position < found.bins().edge(bin + 1); position++) {
                long depth = positions.getOrDefault(position, 0L);
                covered += depth > 0 ? 1 : 0;
                sum += depth;
                min = Math.min(min, depth);
                max = Math.max(max, depth);
            }
            assertThat(List.of((long) detail.covered()[bin], detail.sum()[bin], detail.min()[bin], detail.max()[bin]))
                    .as("bin %d of %s, seed %s", bin, found.bins(), seed)
                    .containsExactly(covered, sum, min, max);
            assertThat(found.bases()[bin]).isEqualTo(sum);
        }
    }

    private static OpenDataset open(ObjectStore store) {
        return new Datasets(store, DatasetCacheSettings.DEFAULT)
                .open(new DatasetLocation(store, ConversionRig.DATASET));
    }

    private ObjectKey key(DatasetMetadata metadata) {
        return new DatasetLocation(rig.datasets, ConversionRig.DATASET).key(DatasetLayout.depth(metadata.generation()));
    }

    private ObjectKey commit() {
        return new DatasetLocation(rig.datasets, ConversionRig.DATASET).key(DatasetLayout.METADATA);
    }

    private byte[] bytes(ObjectKey key) {
        return rig.datasets.get(key, Integer.MAX_VALUE).body();
    }

    /** Makes the dataset one of a version that made no summary. */
    private void strip(DatasetMetadata metadata) {
        rig.datasets.delete(key(metadata));
        rig.datasets.put(commit(), MetadataCodec.encode(metadata.withDepth(Optional.empty())), PutCondition.always());
    }

    private Optional<DatasetMetadata.DepthObject> summarize(ObjectStore store) {
        return new Summarizer(rig.cpu, rig.waiting)
                .summarize(new DatasetLocation(store, ConversionRig.DATASET), open(store), Progress.Listener.NONE);
    }

    @Test
    void aSummaryAddedLaterIsTheSame() {
        List<byte[]> records = new RandomRecords(11).sortedList(400);
        DatasetMetadata made = rig.convert(ConversionRig.bam(RandomRecords.header(), records), SMALL);
        byte[] object = bytes(key(made));
        strip(made);
        List<String> keys = rig.keys();
        assertThat(rig.open().depth()).isEmpty();
        assertThat(rig.verify().problems()).isEmpty();
        assertThat(summarize(rig.datasets)).isEqualTo(made.depth());
        assertThat(bytes(key(made))).isEqualTo(object);
        assertThat(rig.open().metadata()).isEqualTo(made);
        assertThat(rig.verify().problems()).isEmpty();
        // Nothing else was left behind, and asking again changes nothing.
        assertThat(rig.keys()).hasSize(keys.size() + 1);
        byte[] metadata = bytes(commit());
        assertThat(summarize(rig.datasets)).isEqualTo(made.depth());
        assertThat(bytes(commit())).isEqualTo(metadata);
    }

    @Test
    void whatIsPublishedMeanwhileStays() {
        byte[] bam = ConversionRig.bam(RandomRecords.header(), new RandomRecords(12).sortedList(100));
        strip(rig.convert(bam, SMALL));
        DatasetMetadata[] other = new DatasetMetadata[1];
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        call -> {
                            if (call.operation() == Operation.PUT && call.key().endsWith("_metadata.json")) {
                                other[0] = rig.convert(bam, SMALL);
                            }
                            return false;
                        },
                        Fault.UNAVAILABLE);
        assertThatThrownBy(() -> summarize(store))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
        assertThat(rig.open().metadata()).isEqualTo(other[0]);
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void verifyFindsADamagedSummary() {
        DatasetMetadata made =
                rig.convert(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(300)), SMALL);
        byte[] object = bytes(key(made));
        Random random = new Random(5);
        for (int round = 0; round < 40; round++) {
            byte[] damaged = object.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            rig.datasets.put(key(made), damaged, PutCondition.always());
            assertThat(rig.verify().problems()).isNotEmpty().allMatch(problem -> problem.contains("depth.b3d"));
        }
        rig.datasets.put(key(made), Arrays.copyOf(object, object.length - 1), PutCondition.always());
        assertThat(rig.verify().problems()).hasSize(1).first().asString().contains("length");
        rig.datasets.delete(key(made));
        assertThat(rig.verify().problems()).hasSize(1).first().asString().contains("depth.b3d");
    }

    /** A writer that counts wrongly seals its numbers all the same. */
    @Test
    void verifyFindsASummaryOfOtherRecords() {
        List<byte[]> records = new RandomRecords(6).sortedList(300);
        DatasetMetadata made = rig.convert(ConversionRig.bam(RandomRecords.header(), records), SMALL);
        List<byte[]> fewer = new ArrayList<>(records);
        fewer.removeIf(record -> RawBam.int32(record, 4) == 0 && RawBam.int32(record, 8) > 10_000);
        ConversionRig elsewhere = new ConversionRig();
        DatasetMetadata other = elsewhere.convert(ConversionRig.bam(RandomRecords.header(), fewer), SMALL);
        byte[] wrong = elsewhere
                .datasets
                .get(new ObjectKey(key(other).value()), Integer.MAX_VALUE)
                .body();
        elsewhere.close();
        System.arraycopy(bytes(key(made)), 0, wrong, 0, 64);
        rig.datasets.put(key(made), wrong, PutCondition.always());
        rig.datasets.put(commit(), MetadataCodec.encode(made.withDepth(other.depth())), PutCondition.always());
        assertThat(rig.verify().problems())
                .isNotEmpty()
                .allMatch(problem -> problem.contains("depth.b3d: "))
                .anyMatch(problem -> problem.contains("stated") && problem.contains("found"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 200_000})
    void manyReferencesTakeLittle(int records) {
        StringBuilder text = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n");
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            references.add(new Reference("contig" + i, 300 + i % 2000));
            text.append("@SQ\tSN:contig")
                    .append(i)
                    .append("\tLN:")
                    .append(300 + i % 2000)
                    .append('\n');
        }
        SamHeader header =
                new SamHeader(text.toString().getBytes(StandardCharsets.US_ASCII), new ReferenceDictionary(references));
        List<byte[]> reads = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            byte[] read = FourBaseReads.record("r" + i, 10 + i % 2, false);
            ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN).putInt(4, i / 2);
            reads.add(read);
        }
        DatasetMetadata made = rig.convert(ConversionRig.bam(header, reads), ConversionOptions.DEFAULT);
        long length = made.depth().map(DatasetMetadata.DepthObject::length).orElse(0L);
        assertThat(length).isLessThanOrEqualTo(Math.max(4 << 10, made.digest().bytes() / 512));
        assertThat(rig.verify().problems()).isEmpty();
    }

    /** Every position of the real files, where samtools is installed, by its sums in the finest bins. */
    @Test
    void realFilesHaveTheDepthThatSamtoolsPrints(@TempDir Path folder) throws IOException {
        for (Path file : Bams.real()) {
            DatasetMetadata made = rig.convert(
                    Files.readAllBytes(file),
                    ConversionOptions.DEFAULT.withReplace(true).withAllowMissingEndOfFile(true));
            Path exported = folder.resolve("sorted.bam");
            Files.write(exported, rig.export());
            Tool.Result printed = Tool.run(folder, "samtools", "depth", exported.toString());
            assertThat(printed.exit()).as("%s: %s", file, printed.errors()).isZero();
            Map<String, Map<Integer, Long>> byName = new TreeMap<>();
            // One after the other: there are millions.
            printed.output().lines().forEach(line -> {
                String[] columns = line.split("\t");
                long deep = Long.parseLong(columns[2]);
                if (deep > 0) {
                    byName.computeIfAbsent(columns[0], _ -> new TreeMap<>())
                            .put(Integer.parseInt(columns[1]) - 1, deep);
                }
            });
            ReferenceDictionary references = rig.open().references();
            if (references.size() == 0) {
                assertThat(made.depth()).isEmpty();
                continue;
            }
            StoredDepth depth = depth();
            for (int reference = 0; reference < references.size(); reference++) {
                int length = references.get(reference).length();
                Map<Integer, Long> positions =
                        byName.getOrDefault(references.get(reference).name(), Map.of());
                for (int scale = 0;
                        scale < depth.grid().scales() && depth.grid().bins(scale, reference) > 0;
                        scale++) {
                    int width = depth.grid().width(scale);
                    assertThat(stored(depth, scale, reference))
                            .as("%s: %s in bins of %d", file, references.get(reference), width)
                            .isEqualTo(binned(positions, width, length));
                }
            }
            long size = made.chunks().length()
                    + made.index().length()
                    + made.header().length();
            System.out.printf(
                    "%s: depth in bins of %d, %d bytes, %.2f %% of the dataset%n",
                    file.getFileName(),
                    made.depth().map(object -> object.widths().getFirst()).orElse(0),
                    made.depth().map(DatasetMetadata.DepthObject::length).orElse(0L),
                    100.0
                            * made.depth()
                                    .map(DatasetMetadata.DepthObject::length)
                                    .orElse(0L)
                            / size);
        }
    }
}
