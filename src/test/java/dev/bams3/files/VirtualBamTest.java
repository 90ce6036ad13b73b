package dev.bams3.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bam.BamHeader;
import dev.bams3.bam.BamIndexEncoder.Form;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.Stretch;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.query.BamCompression;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.MemoryObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The file is a BAM of the dataset's records, every range of it is the same bytes, and costs what it touches. */
class VirtualBamTest {
    private static final DatasetId ID = new DatasetId("a/set");
    private static final Consumer<Stretch> NOBODY = _ -> {};

    /** Small blocks, so that BGZF blocks hold several of them and of several references. */
    private static final BlockSizing SMALL = new BlockSizing(8 << 10, 2, 64 << 10, 100 << 10);

    private final long seed = Seed.draw();
    private final CountingObjectStore store = new CountingObjectStore(new MemoryObjectStore());
    private final Datasets datasets = new Datasets(store, DatasetCacheSettings.DEFAULT);
    private final ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(16, 8, 64 << 20, 12 << 20));
    private final ExecutorService cpu = Executors.newFixedThreadPool(2);
    private final BamCompression compression = new BamCompression(1, 2);
    private final ReadsQuery query = new ReadsQuery(fetcher, cpu, compression, new QueryLimits(4, 64 << 20));

    @AfterEach
    void nothingIsHeld() {
        assertThat(fetcher.getsInFlight()).isZero();
        assertThat(fetcher.bytesHeld()).isZero();
        assertThat(query.encodedBytesHeld()).isZero();
        query.close();
        fetcher.close();
        cpu.shutdown();
        compression.close();
    }

    private VirtualBam open(SamHeader header, List<byte[]> records, BlockSizing sizing) {
        TestDatasets.write(store, ID.prefix(), header, records, sizing);
        datasets.forget(ID);
        return new VirtualBam(datasets.open(ID), query);
    }

    private static byte[] bytes(VirtualBam bam, long first, long count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            assertThat(bam.writeTo(out, first, count, () -> {}, NOBODY).bytesOut())
                    .isEqualTo(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] inflated(SamHeader header, List<byte[]> records) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(BamHeader.encode(header));
        records.forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void everyRangeHasTheBytesOfTheWhole() {
        Random random = new Random(seed);
        List<byte[]> records = new RandomRecords(seed).sortedList(1500);
        VirtualBam bam = open(RandomRecords.header(), records, SMALL);
        byte[] whole = bytes(bam, 0, bam.length());
        assertThat(whole.length).isEqualTo(bam.length());
        assertThat(RawBam.inflated(whole)).as("seed %s", seed).isEqualTo(inflated(RandomRecords.header(), records));
        for (int i = 0; i < 300; i++) {
            int first = random.nextInt(whole.length);
            int count = 1 + random.nextInt(random.nextBoolean() ? 100 : whole.length - first);
            count = Math.min(count, whole.length - first);
            assertThat(Arrays.equals(bytes(bam, first, count), Arrays.copyOfRange(whole, first, first + count)))
                    .as("%s bytes from %s, seed %s", count, first, seed)
                    .isTrue();
        }
        for (int last = 1; last <= 100; last++) {
            assertThat(bytes(bam, whole.length - last, last))
                    .isEqualTo(Arrays.copyOfRange(whole, whole.length - last, whole.length));
        }
    }

    @Test
    void datasetsWithoutReadsOrReferencesAreFiles() {
        SamHeader bare = new SamHeader(new byte[0], ReferenceDictionary.EMPTY);
        for (SamHeader header : List.of(RandomRecords.header(), bare)) {
            VirtualBam bam = open(header, List.of(), SMALL);
            byte[] whole = bytes(bam, 0, bam.length());
            assertThat(RawBam.inflated(whole)).isEqualTo(inflated(header, List.of()));
            assertThat(bytes(bam, bam.length() - 28, 28)).hasSize(28);
        }
    }

    /** A block of all of them is a run of each. */
    @Test
    void theIndexOfManyShortReferencesIsSmall() {
        SamHeader header = references(2000, 1000);
        VirtualBam bam = open(header, oneReadEach(2000), BlockSizing.DEFAULT);
        assertThat(bam.index(Form.BAI).length).isLessThan(2000 * 200);
    }

    /** 10,000 references of 2^29 bases have an index of 2.6 GB. */
    @Test
    void anIndexThatIsTooLargeForTheHeapIsRefused() {
        SamHeader header = references(10_000, 1 << 29);
        VirtualBam bam = open(header, oneReadEach(10_000), BlockSizing.DEFAULT);
        assertThatThrownBy(() -> bam.index(Form.BAI)).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE);
            assertThat(failure.text()).contains("BAI").contains("MB");
        });
        assertThat(bam.index(Form.CSI)).isNotEmpty();
    }

    private static SamHeader references(int count, int length) {
        return new SamHeader(
                new byte[0],
                new ReferenceDictionary(IntStream.range(0, count)
                        .mapToObj(i -> new Reference("r" + i, length))
                        .toList()));
    }

    /** Placed at the beginning, without bases. */
    private static List<byte[]> oneReadEach(int references) {
        return IntStream.range(0, references)
                .mapToObj(reference -> ByteBuffer.allocate(38)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(34)
                        .putInt(reference)
                        .putInt(0)
                        .put((byte) 2)
                        .put((byte) 0)
                        .putShort((short) 4681)
                        .putShort((short) 0)
                        .putShort((short) 4)
                        .putInt(0)
                        .putInt(-1)
                        .putInt(-1)
                        .putInt(0)
                        .put(new byte[] {'r', 0})
                        .array())
                .toList();
    }

    @Test
    void unplacedReadsAloneAreAFile() {
        List<byte[]> records = new RandomRecords(seed)
                .sortedList(2000).stream()
                        .filter(record -> BamRecord.referenceIndex(record, 0) < 0)
                        .toList();
        assertThat(records).isNotEmpty();
        VirtualBam bam = open(RandomRecords.header(), records, SMALL);
        assertThat(RawBam.inflated(bytes(bam, 0, bam.length()))).isEqualTo(inflated(RandomRecords.header(), records));
        assertThat(bam.index(Form.CSI)).isNotEmpty();
    }

    @Test
    void aBaiIsRefusedWhereAReferenceIsTooLong() {
        VirtualBam bam = open(RandomRecords.header(), new RandomRecords(seed).sortedList(10), SMALL);
        assertThatThrownBy(() -> bam.index(Form.BAI)).isInstanceOfSatisfying(ReadsException.class, refused -> {
            assertThat(refused.kind()).isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(refused.getMessage()).contains(".bam.csi");
        });
    }

    /** 100 bytes in the middle cost one GET of the two blocks at most that a BGZF block can touch here. */
    @Test
    void aRangeCostsTheBlocksThatItTouches() {
        List<byte[]> records = new RandomRecords(seed).sortedList(4000);
        VirtualBam bam = open(RandomRecords.header(), records, new BlockSizing(128 << 10, 2, 256 << 10, 1 << 20));
        byte[] whole = bytes(bam, 0, bam.length());
        store.reset();
        bytes(bam, whole.length / 2, 100);
        assertThat(store.gets()).isLessThanOrEqualTo(2);
        assertThat(store.bytesRead()).isLessThan(whole.length / 4);
    }

    /** As htslib does: it asks to the end, takes what it needs and hangs up. */
    @Test
    void whoLeavesEarlyCostsLittle() {
        List<byte[]> records = new RandomRecords(seed).sortedList(20_000);
        VirtualBam bam = open(RandomRecords.header(), records, new BlockSizing(64 << 10, 2, 128 << 10, 4 << 20));
        assertThat(bam.length()).isGreaterThan(8 << 20);
        store.reset();
        OutputStream leaving = new OutputStream() {
            private int taken;

            @Override
            public void write(int value) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                taken += length;
                if (taken > 200_000) {
                    throw new IOException("left");
                }
            }
        };
        assertThatThrownBy(() -> bam.writeTo(leaving, 0, bam.length(), () -> {}, NOBODY))
                .isInstanceOf(IOException.class);
        // The first run, 1 MiB of records, and one more block.
        assertThat(store.bytesRead()).isLessThan(bam.length() / 4);
    }

    @Test
    void everyReferenceIsAnnouncedBeforeItsRecords() throws IOException {
        List<byte[]> records = new RandomRecords(seed).sortedList(2000);
        VirtualBam bam = open(RandomRecords.header(), records, SMALL);
        Set<Integer> references = new TreeSet<>();
        bam.writeTo(
                OutputStream.nullOutputStream(),
                0,
                bam.length(),
                () -> {},
                block -> IntStream.rangeClosed(block.firstReference(), block.lastReference())
                        .forEach(references::add));
        assertThat(references)
                .containsAll(records.stream()
                        .map(record -> BamRecord.referenceIndex(record, 0))
                        .collect(Collectors.toSet()));
        references.clear();
        bam.writeTo(
                OutputStream.nullOutputStream(),
                bam.length() - 28,
                28,
                () -> {},
                block -> IntStream.rangeClosed(block.firstReference(), block.lastReference())
                        .forEach(references::add));
        assertThat(references).isEmpty();
    }
}
