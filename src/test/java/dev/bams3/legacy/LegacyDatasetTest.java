package dev.bams3.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.TestReads;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.genome.Region;
import dev.bams3.legacy.LegacySamples.Kind;
import dev.bams3.legacy.LegacySamples.Read;
import dev.bams3.query.OpenRead;
import dev.bams3.sam.ReadSelection;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LegacyDatasetTest {
    private static final DatasetId ID = new DatasetId("a/old");
    private static final DatasetId NEW = new DatasetId("a/new");
    private static final String METADATA = "_metadata.json";

    private final TestReads reads = new TestReads();

    @AfterAll
    void close() {
        reads.close();
    }

    private static MemoryObjectStore stored(Kind kind, boolean zstd) {
        MemoryObjectStore store = new MemoryObjectStore();
        LegacySamples.write(store, ID.prefix(), kind, LegacySamples.reads(), zstd);
        return store;
    }

    private static Datasets datasets(MemoryObjectStore store) {
        return new Datasets(store, DatasetCacheSettings.DEFAULT);
    }

    private List<String> sam(OpenDataset dataset, ReadSelection selection) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenRead read = reads.query.open(dataset, selection)) {
            var _ = read.writeTo(ReadFormat.SAM, OpenRead.Part.WHOLE, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .toList();
    }

    private static List<String> expected(Kind kind) {
        List<String> lines = new ArrayList<>();
        List<String> last = new ArrayList<>();
        for (Read read : LegacySamples.reads()) {
            String line = LegacySamples.expected(kind, read);
            (line.split("\t")[2].equals("*") ? last : lines).add(line);
        }
        lines.addAll(last);
        return lines;
    }

    @ParameterizedTest
    @EnumSource
    void allReadsAreThereAsFarAsTheyWereStored(Kind kind) {
        for (boolean zstd : new boolean[] {false, true}) {
            MemoryObjectStore store = stored(kind, zstd);
            assertThat(datasets(store).list("", "", 10)).containsExactly(ID);
            OpenDataset dataset = datasets(store).open(ID);
            assertThat(sam(dataset, ReadSelection.everything())).isEqualTo(expected(kind));
            assertThat(new String(dataset.header().text(), StandardCharsets.UTF_8))
                    .contains("SN:HLA-A*01:01\tLN:40000", "ID:rg1\tSM:sample", "@CO\tBAMS3 0.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theMetadataSaysWhatWasLost(Kind kind) {
        DatasetMetadata metadata = datasets(stored(kind, true)).open(ID).metadata();
        assertThat(metadata.source().format()).startsWith("BAMS3 0.");
        // Without the folders of the machine that converted it.
        assertThat(metadata.source().uri()).isEqualTo(kind.isText() ? "stdin" : "in.bam");
        assertThat(metadata.source().warnings())
                .extracting(SourceWarning::kind)
                .contains("lost-mates", kind == Kind.PYTHON ? "lost-tags" : "lost-tag-types")
                .satisfies(kinds -> assertThat(kinds.contains("lost-cigars")).isEqualTo(kind == Kind.BINARY_OF_TEXT));
    }

    /** Reads that begin in an earlier window are found, too, which the prototypes did not. */
    @ParameterizedTest
    @EnumSource
    void aRegionHasTheReadsThatOverlapIt(Kind kind) {
        OpenDataset dataset = datasets(stored(kind, true)).open(ID);
        int window = LegacySamples.WINDOW;
        for (int start :
                new int[] {0, window - 301, window - 300, window - 1, window, 5 * window + 299_999, 6 * window}) {
            for (int length : new int[] {1, 30, 1000}) {
                Region region = new Region("chr1", start, OptionalLong.of(start + length));
                List<String> overlapping = expected(kind).stream()
                        .filter(line -> overlaps(line.split("\t"), region))
                        .toList();
                assertThat(sam(dataset, ReadSelection.region(region)))
                        .as("%s", region)
                        .isEqualTo(overlapping);
            }
        }
    }

    private static boolean overlaps(String[] fields, Region region) {
        int start = Integer.parseInt(fields[3]) - 1;
        boolean unmapped = (Integer.parseInt(fields[1]) & 4) != 0;
        int span = unmapped || fields[5].equals("*")
                ? 1
                : Arrays.stream(fields[5].split("(?<=[A-Z])"))
                        .filter(operation -> "MDN".indexOf(operation.charAt(operation.length() - 1)) >= 0)
                        .mapToInt(operation -> Integer.parseInt(operation.substring(0, operation.length() - 1)))
                        .sum();
        return fields[2].equals("chr1") && start < region.end().orElseThrow() && start + span > region.start();
    }

    @ParameterizedTest
    @EnumSource
    void aDatasetIsUpgradedByConversion(Kind kind) {
        MemoryObjectStore store = stored(kind, true);
        SourceObject source = SourceObject.open(store, ObjectKey.of(ID.prefix(), METADATA));
        DatasetMetadata made = new Converter("test", reads.cpu, reads.waiting)
                .convert(source, DatasetLocation.of(store, NEW), ConversionOptions.DEFAULT, Progress.Listener.NONE);
        Datasets datasets = datasets(store);
        assertThat(made.source().format()).isEqualTo("BAMS3");
        assertThat(made.source().warnings())
                .extracting(SourceWarning::kind)
                .containsAll(datasets.open(ID).metadata().source().warnings().stream()
                        .map(SourceWarning::kind)
                        .toList());
        OpenDataset upgraded = datasets.open(NEW);
        assertThat(new Verifier(reads.cpu, reads.waiting)
                        .verify(upgraded, progress -> {})
                        .problems())
                .isEmpty();
        assertThat(sam(upgraded, ReadSelection.everything())).isEqualTo(expected(kind));
        assertThat(made.digest()).isEqualTo(datasets.open(ID).metadata().digest());
    }

    @Test
    void objectsThatStandInTheManifestTwiceAreReadOnce() {
        MemoryObjectStore store = stored(Kind.BINARY_OF_TEXT, true);
        edit(store, METADATA, text -> {
            int from = text.indexOf("[") + 1;
            String row = text.substring(from, text.indexOf("}", from) + 1);
            String older = row.replaceAll("\"checksum\" : \"....", "\"checksum\" : \"0000")
                    .replaceAll("\"reads\" : \\d+", "\"reads\" : 7777");
            return text.substring(0, from) + older + "," + text.substring(from);
        });
        OpenDataset dataset = datasets(store).open(ID);
        assertThat(sam(dataset, ReadSelection.everything())).isEqualTo(expected(Kind.BINARY_OF_TEXT));
        assertThat(dataset.metadata().source().warnings())
                .extracting(SourceWarning::kind)
                .contains("repeated-chunks");
    }

    /** Several frames, a skippable one, and bytes behind records: readers of the prototypes took them. */
    @Test
    void framesAndBytesThatTheFormatLeavesOpenAreTaken() {
        Kind kind = Kind.BINARY;
        MemoryObjectStore store = new MemoryObjectStore();
        List<Read> reads = List.of(LegacySamples.reads().getFirst());
        LegacySamples.write(store, ID.prefix(), kind, reads, false);
        byte[] image = LegacySamples.binary(kind, reads);
        ByteBuffer record =
                ByteBuffer.wrap(Arrays.copyOf(image, image.length + 5)).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(16, record.getInt(16) + 5);
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        stored.writeBytes(new byte[] {0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9});
        stored.writeBytes(Zstd.compress(Arrays.copyOf(record.array(), 30)));
        stored.writeBytes(Zstd.compress(Arrays.copyOfRange(record.array(), 30, record.array().length)));
        replace(store, LegacySamples.path(kind, reads.getFirst()), image, stored.toByteArray());
        assertThat(sam(datasets(store).open(ID), ReadSelection.everything()))
                .containsExactly(LegacySamples.expected(kind, reads.getFirst()));
    }

    /** Lengths were stored in 16 bits. */
    @Test
    void aReadLongerThanItsLengthFieldIsFoundByTheLengthOfItsRecord() {
        Kind kind = Kind.BINARY;
        String bases = "ACGT".repeat(17_500);
        Read read = new Read("long", 0, 0, 77, 9, "70000M", bases, "7".repeat(70_000), Map.of("NM", "3"));
        MemoryObjectStore store = new MemoryObjectStore();
        LegacySamples.write(store, ID.prefix(), kind, List.of(read), true);
        assertThat(sam(datasets(store).open(ID), ReadSelection.everything()))
                .containsExactly(LegacySamples.expected(kind, read));
    }

    private static void edit(MemoryObjectStore store, String name, UnaryOperator<String> change) {
        byte[] old = store.get(ObjectKey.of(ID.prefix(), name), 1 << 20).body();
        LegacySamples.put(store, ID.prefix(), name, change.apply(new String(old, StandardCharsets.UTF_8)));
    }

    /** Stores other bytes of a chunk, and the manifest's checksum of them. */
    private static void replace(MemoryObjectStore store, String path, byte[] old, byte[] stored) {
        LegacySamples.put(store, ID.prefix(), path, stored);
        edit(store, METADATA, text -> text.replace(LegacySamples.sha256(old), LegacySamples.sha256(stored)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data/../../../x.chunk",
                "data/chr1/../../../../etc/x.chunk",
                "/data/x.chunk",
                "data//x.chunk",
                "data/..\\\\x.chunk",
                "../a/old.bams3/data/x.chunk",
                "data/x\\u0000.chunk",
                "_header.json"
            })
    void pathsThatLeaveTheDatasetAreRefused(String path) {
        MemoryObjectStore store = stored(Kind.GO_JSON, true);
        LegacySamples.put(store, "a", "x.chunk", "[]");
        edit(
                store,
                METADATA,
                text -> text.replaceFirst(
                        "\"path\" : \"[^\"]*\"", "\"path\" : \"" + path.replace("\\", "\\\\") + "\""));
        assertCorrupt(store, METADATA, "chunks.path");
    }

    @Test
    void documentsThatAreWrongAreRefused() {
        refusedHeader(text -> text.replace("\"3000000\"", "\"3000000000\""), "SQ");
        refusedHeader(text -> text.replace("chrM", "chr1"), "SQ");
        refusedHeader(text -> text.replace("chrM", "chr\\tM"), "SQ");
        refusedHeader(text -> text.substring(9), "JSON");
        MemoryObjectStore store = stored(Kind.GO_JSON, true);
        store.delete(ObjectKey.of(ID.prefix(), "_header.json"));
        assertCorrupt(store, "_header.json", "is missing");
        MemoryObjectStore unknown = stored(Kind.GO_JSON, true);
        edit(unknown, METADATA, text -> text.replace("\"reference\" : \"chr1\"", "\"reference\" : \"chr2\""));
        assertCorrupt(unknown, METADATA, "chunks.reference");
        MemoryObjectStore version = stored(Kind.GO_JSON, true);
        edit(version, METADATA, text -> text.replace("\"0.1.0\"", "\"0.3.0\""));
        assertThatThrownBy(() -> datasets(version).open(ID))
                .isInstanceOfSatisfying(
                        ReadsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.UNSUPPORTED_VERSION));
    }

    private void refusedHeader(UnaryOperator<String> change, String field) {
        MemoryObjectStore store = stored(Kind.GO_JSON, true);
        edit(store, "_header.json", change);
        assertCorrupt(store, "_header.json", field);
    }

    private static void assertCorrupt(MemoryObjectStore store, String object, String text) {
        assertThatThrownBy(() -> datasets(store).open(ID)).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(failure.resource().orElse("")).endsWith(object);
            assertThat(failure.getMessage()).contains(text);
        });
    }

    /** Every byte of a chunk, changed or cut off: with the checksum that it had, and with one that agrees. */
    @ParameterizedTest
    @EnumSource
    void aDamagedChunkIsRefusedOrReadWithinItsBounds(Kind kind) {
        List<Read> reads = LegacySamples.reads().subList(0, 2);
        MemoryObjectStore sound = new MemoryObjectStore();
        LegacySamples.write(sound, ID.prefix(), kind, reads, false);
        String path = LegacySamples.path(kind, reads.getFirst());
        byte[] stored = sound.get(ObjectKey.of(ID.prefix(), path), 1 << 20).body();
        IntStream.range(0, stored.length).forEach(at -> {
            for (byte value : new byte[] {0, -1, (byte) (stored[at] + 1)}) {
                byte[] changed = stored.clone();
                changed[at] = value;
                readsOrRefuses(kind, reads, path, stored, changed);
            }
            readsOrRefuses(kind, reads, path, stored, Arrays.copyOf(stored, at));
        });
    }

    private static void readsOrRefuses(Kind kind, List<Read> reads, String path, byte[] stored, byte[] changed) {
        MemoryObjectStore store = new MemoryObjectStore();
        LegacySamples.write(store, ID.prefix(), kind, reads, false);
        replace(store, path, stored, changed);
        LegacyDataset dataset = LegacyDataset.open(store, ObjectKey.of(ID.prefix(), METADATA), 1 << 20);
        try {
            for (int i = 0; i < dataset.chunks(); i++) {
                assertThat(dataset.records(i)).isNotEmpty();
            }
        } catch (ReadsException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(e.resource()).isPresent();
        }
    }

    @Test
    void bytesThatAreNotThoseOfTheManifestAreRefused() {
        Kind kind = Kind.BINARY;
        MemoryObjectStore store = stored(kind, true);
        String path = LegacySamples.path(kind, LegacySamples.reads().getFirst());
        byte[] stored = store.get(ObjectKey.of(ID.prefix(), path), 1 << 20).body();
        stored[stored.length - 1] ^= 1;
        LegacySamples.put(store, ID.prefix(), path, stored);
        assertCorrupt(store, path, "checksum");
        store.delete(ObjectKey.of(ID.prefix(), path));
        assertCorrupt(store, path, "is missing");
    }

    @Test
    void aChunkThatUnpacksToMoreThanItsLimitIsRefusedBeforeItIsInMemory() {
        MemoryObjectStore store = new MemoryObjectStore();
        List<Read> reads = LegacySamples.reads().subList(0, 1);
        for (Kind kind : new Kind[] {Kind.BINARY, Kind.GO_JSON}) {
            LegacySamples.write(store, ID.prefix(), kind, reads, false);
            String path = LegacySamples.path(kind, reads.getFirst());
            byte[] old = store.get(ObjectKey.of(ID.prefix(), path), 1 << 20).body();
            byte[] bomb = Arrays.copyOf(old, 64 << 20);
            if (kind == Kind.GO_JSON) {
                byte[] read = new String(old, 1, old.length - 2, StandardCharsets.UTF_8)
                        .concat(",")
                        .getBytes(StandardCharsets.UTF_8);
                bomb[0] = '[';
                for (int at = 1; at + read.length < bomb.length; at += read.length) {
                    System.arraycopy(read, 0, bomb, at, read.length);
                }
            }
            replace(store, path, old, Zstd.compress(bomb));
            LegacyDataset dataset = LegacyDataset.open(store, ObjectKey.of(ID.prefix(), METADATA), 4 << 20);
            assertThatThrownBy(() -> dataset.records(0))
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE));
        }
    }

    /** What is too large to be queried in memory says what to do. */
    @Test
    void aLargeDatasetIsRefusedWithTheWayOut() {
        MemoryObjectStore store = stored(Kind.BINARY, true);
        DatasetCacheSettings usual = DatasetCacheSettings.DEFAULT;
        DatasetCacheSettings small = new DatasetCacheSettings(
                usual.metadataTtl(), usual.missingTtl(), 1000, usual.headerBytes(), usual.indexBytes());
        assertThatThrownBy(() -> new Datasets(store, small).open(ID))
                .isInstanceOfSatisfying(ReadsException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE);
                    assertThat(failure.getMessage()).contains("convert").contains("a/old.bams3");
                });
    }
}
