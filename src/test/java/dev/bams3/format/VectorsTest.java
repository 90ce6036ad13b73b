package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.TestReads;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.query.OpenRead;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The test vectors, read as another implementation reads them: from their files, by their README. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorsTest {
    private static final DatasetId ID = new DatasetId("vector");

    private final TestReads reads = new TestReads();
    private final Verifier verifier = new Verifier(reads.cpu, reads.waiting);

    @AfterAll
    void close() {
        reads.close();
    }

    static List<String> readable() {
        return folders("read");
    }

    private static List<String> folders(String below) {
        try (Stream<Path> files = Files.list(VectorFiles.FOLDER.resolve(below))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> refused() {
        return cases("refuse/cases.json");
    }

    static List<JsonNode> refusedSummaries() {
        return cases("refuse/depth.json");
    }

    private static List<JsonNode> cases(String file) {
        List<JsonNode> cases = new ArrayList<>();
        VectorFiles.JSON
                .readTree(VectorFiles.read(VectorFiles.FOLDER.resolve(file)))
                .forEach(cases::add);
        return cases;
    }

    private static MemoryObjectStore stored(String name) {
        MemoryObjectStore store = new MemoryObjectStore();
        Path folder = VectorFiles.FOLDER.resolve("read").resolve(name).resolve("dataset.bams3");
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile)
                    .forEach(file ->
                            put(store, folder.relativize(file).toString().replace('\\', '/'), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return store;
    }

    private static void put(ObjectStore store, String name, Path file) {
        store.put(ObjectKey.of(ID.prefix(), name), VectorFiles.read(file), PutCondition.always());
    }

    private static OpenDataset open(ObjectStore store) {
        return new Datasets(store, DatasetCacheSettings.DEFAULT).open(ID);
    }

    @ParameterizedTest
    @MethodSource("readable")
    void aDatasetIsReadAsItsVectorSays(String name) {
        Path folder = VectorFiles.FOLDER.resolve("read").resolve(name);
        JsonNode expected = VectorFiles.JSON.readTree(VectorFiles.read(folder.resolve("expected.json")));
        OpenDataset dataset = open(stored(name));
        byte[] records = records(dataset);

        assertThat(VectorFiles.sha256(records))
                .isEqualTo(expected.path("record_sha256").stringValue());
        assertThat(records).hasSize(expected.path("record_bytes").intValue());
        assertThat(VectorFiles.sha256(dataset.header().text()))
                .isEqualTo(expected.path("header_sha256").stringValue());
        assertThat(references(dataset)).isEqualTo(list(expected.path("references")));
        assertThat(flagstat(dataset.metadata().flagstat())).isEqualTo(expected.path("flagstat"));
        assertThat(depth(dataset)).isEqualTo(list(expected.path("depth")));
        Path sam = folder.resolve("expected.sam");
        if (Files.exists(sam)) {
            assertThat(verifier.verify(dataset, progress -> {}).problems()).isEmpty();
            assertThat(lines(sam(dataset))).isEqualTo(recordLines(sam));
            assertThat(recordLines(sam)).hasSize(expected.path("records").intValue());
            regions(dataset, split(records), expected.path("regions"));
        } else {
            assertThat(records).isEqualTo(VectorFiles.read(folder.resolve("expected.records")));
            Verifier.Report report = verifier.verify(dataset, progress -> {});
            assertThat(report.isSound()).isFalse();
            assertThat(report.isDamaged()).isFalse();
        }
    }

    private static byte[] records(OpenDataset dataset) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        try (BlockDecoder decoder = new BlockDecoder()) {
            for (BlockEntry block : dataset.blocks().all()) {
                byte[] stored = dataset.store()
                        .getRange(
                                dataset.chunkKey(block.chunk()),
                                new ByteRange(block.offset(), block.storedLength()),
                                ETag.ANY);
                records.writeBytes(decoder.decode(dataset.chunkName(block.chunk()), stored, 0, block));
            }
        }
        return records.toByteArray();
    }

    private static List<byte[]> split(byte[] records) {
        List<byte[]> list = new ArrayList<>();
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            list.add(Arrays.copyOfRange(records, at, at + BamRecord.length(records, at)));
        }
        return list;
    }

    private static List<String> references(OpenDataset dataset) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < dataset.references().size(); i++) {
            Reference reference = dataset.references().get(i);
            ReadsTotals totals = dataset.totals().get(i);
            found.add(VectorFiles.JSON
                    .createObjectNode()
                    .put("name", reference.name())
                    .put("length", reference.length())
                    .put("mapped", totals.mapped())
                    .put("unmapped", totals.unmapped())
                    .put("bases", totals.bases())
                    .toString());
        }
        return found;
    }

    /** Every bin of every scale in which a position is covered. */
    private static List<String> depth(OpenDataset dataset) {
        List<String> found = new ArrayList<>();
        dataset.depth().ifPresent(depth -> {
            for (int scale = 0; scale < depth.grid().scales(); scale++) {
                for (int reference = 0; reference < dataset.references().size(); reference++) {
                    int count = depth.grid().bins(scale, reference);
                    DepthBins bins = depth.bins(scale, reference, 0, count);
                    for (int i = 0; i < count; i++) {
                        if (bins.covered()[i] > 0) {
                            found.add(VectorFiles.JSON
                                    .createObjectNode()
                                    .put("width", depth.grid().width(scale))
                                    .put(
                                            "reference",
                                            dataset.references().get(reference).name())
                                    .put("start", i * depth.grid().width(scale))
                                    .put("covered", bins.covered()[i])
                                    .put("sum", bins.sum()[i])
                                    .put("min", bins.min()[i])
                                    .put("max", bins.max()[i])
                                    .toString());
                        }
                    }
                }
            }
        });
        return found;
    }

    private static List<String> list(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(each -> list.add(each.toString()));
        return list;
    }

    private static JsonNode flagstat(Flagstat flagstat) {
        var counts = VectorFiles.JSON.createObjectNode();
        for (Flagstat.Category category : Flagstat.Category.values()) {
            counts.putArray(category.key()).add(flagstat.passed(category)).add(flagstat.failed(category));
        }
        return VectorFiles.JSON.readTree(counts.toString());
    }

    private byte[] sam(OpenDataset dataset) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenRead read = reads.query.open(dataset, ReadSelection.everything())) {
            var _ = read.writeTo(ReadFormat.SAM, OpenRead.Part.WHOLE, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static List<String> lines(byte[] sam) {
        return new String(sam, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .toList();
    }

    private static List<String> recordLines(Path sam) {
        return lines(VectorFiles.read(sam));
    }

    private void regions(OpenDataset dataset, List<byte[]> records, JsonNode regions) {
        for (JsonNode region : regions) {
            List<byte[]> expected = new ArrayList<>();
            region.path("records").forEach(number -> expected.add(records.get(number.intValue())));
            ByteArrayOutputStream found = new ByteArrayOutputStream();
            try (OpenRead read = reads.query.open(dataset, selection(region))) {
                var _ = read.writeRecords(found, block -> {});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThat(found.toByteArray()).as(region.toString()).isEqualTo(RandomRecords.concatenated(expected));
        }
    }

    private static ReadSelection selection(JsonNode region) {
        return ReadSelection.region(new Region(
                region.path("reference").stringValue(),
                region.path("start").longValue(),
                OptionalLong.of(region.path("end").longValue())));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aDatasetIsRefusedAsItsVectorSays(JsonNode broken) {
        refused(broken, stored("worked-example"));
    }

    @ParameterizedTest
    @MethodSource("refusedSummaries")
    void aSummaryIsRefusedAsItsVectorSays(JsonNode broken) {
        refused(broken, stored("depth"));
    }

    private void refused(JsonNode broken, MemoryObjectStore store) {
        for (Map.Entry<String, JsonNode> object : broken.path("objects").properties()) {
            byte[] bytes = Base64.getDecoder().decode(object.getValue().stringValue());
            store.put(ObjectKey.of(ID.prefix(), object.getKey()), bytes, PutCondition.always());
        }
        String object =
                ObjectKey.of(ID.prefix(), broken.path("object").stringValue()).value();
        String field = broken.path("field").stringValue();
        try {
            readAll(open(store));
        } catch (ReadsException e) {
            assertThat(e.kind()).isEqualTo(kind(broken));
            assertThat(e.resource()).contains(object);
            assertThat(e.field().orElse("") + " " + e.text()).contains(field);
            return;
        }
        assertThat(kind(broken)).isEqualTo(ErrorKind.CORRUPT);
        List<String> problems = verifier.verify(open(store), progress -> {}).problems();
        assertThat(problems).isNotEmpty();
        assertThat(problems.getFirst())
                .contains(Path.of(object).getFileName().toString().replace(".b3i", ""))
                .contains(field);
    }

    private static ErrorKind kind(JsonNode broken) {
        return broken.path("kind").stringValue().equals("corrupt") ? ErrorKind.CORRUPT : ErrorKind.UNSUPPORTED_VERSION;
    }

    /** Reads every object and every block, as a reader without a plan would. */
    private static void readAll(OpenDataset dataset) {
        DatasetMetadata metadata = dataset.metadata();
        ObjectKey index = new ObjectKey(dataset.indexName());
        BlockIndex.checkHead(
                index.value(),
                dataset.store().getRange(index, new ByteRange(0, 64), ETag.ANY),
                metadata.version(),
                metadata.uuid(),
                metadata.generation());
        assertThat(dataset.references().size()).isEqualTo(dataset.totals().size());
        assertThat(dataset.header().text()).isNotNull();
        for (ChunkEntry chunk : dataset.chunks()) {
            ObjectKey key = dataset.chunkKey(chunk.number());
            ChunkReader.checkHead(
                    key.value(),
                    dataset.store().getRange(key, new ByteRange(0, 64), ETag.ANY),
                    metadata.version(),
                    metadata.uuid(),
                    metadata.generation(),
                    chunk.number());
        }
        assertThat(records(dataset)).isNotNull();
        dataset.depth().ifPresent(depth -> {
            ObjectKey key = new ObjectKey(depth.object());
            DepthPages.checkHead(
                    key.value(),
                    dataset.store().getRange(key, new ByteRange(0, 64), ETag.ANY),
                    metadata.version(),
                    metadata.uuid(),
                    metadata.generation());
            assertThat(depth(dataset)).isNotNull();
        });
    }

    /** If this fails after an upgrade of zstd: its bytes may differ. Run {@link VectorFiles#main}, and look at what changed. */
    @Test
    void theGeneratorMakesTheSameFiles() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(VectorFiles.FOLDER)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> found.put(
                            VectorFiles.FOLDER.relativize(file).toString().replace('\\', '/'),
                            VectorFiles.sha256(VectorFiles.read(file))));
        }
        found.remove(VectorFiles.README);
        Map<String, String> made = new TreeMap<>();
        VectorFiles.all().forEach((name, bytes) -> made.put(name, VectorFiles.sha256(bytes)));
        assertThat(made).isEqualTo(found);
    }

    @Test
    void everyNumberOfTheSpecificationStandsInAVector() {
        VectorNumbers numbers = new VectorNumbers();
        for (String name : readable()) {
            numbers.add(open(stored(name)));
        }
        assertThat(numbers.found()).containsAll(VectorNumbers.specified());
    }
}
