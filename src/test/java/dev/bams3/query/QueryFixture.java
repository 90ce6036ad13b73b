package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.StretchList;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One dataset in memory and a query over it, whose answers are the same bytes every time. Closing asserts that nothing leaked. */
final class QueryFixture implements AutoCloseable {
    static final int MIB = 1 << 20;
    static final FetchLimits FETCH = new FetchLimits(16, 8, 64L * MIB, 12 * MIB);
    static final QueryLimits QUERY = new QueryLimits(4, 64L * MIB);

    /** Small blocks and chunks, so that there are many borders. */
    static final BlockSizing SMALL = new BlockSizing(8 << 10, 2, 64 << 10, 100 << 10);

    static final DatasetId ID = new DatasetId("a/set");

    final SamHeader header;
    final DatasetMetadata metadata;
    final ChunkFetcher fetcher;
    final ReadsQuery query;
    private final Datasets datasets;
    private final BamCompression compression;
    private final ExecutorService cpu = Executors.newFixedThreadPool(2);

    QueryFixture(SamHeader header, List<byte[]> records, BlockSizing sizing) {
        this(header, records, sizing, 1);
    }

    /** @param level of the BGZF blocks of answers */
    QueryFixture(SamHeader header, List<byte[]> records, BlockSizing sizing, int level) {
        this(header, records, sizing, level, FETCH, QUERY, UnaryOperator.identity());
    }

    QueryFixture(
            SamHeader header,
            List<byte[]> records,
            BlockSizing sizing,
            FetchLimits fetch,
            QueryLimits limits,
            UnaryOperator<ObjectStore> decorator) {
        this(header, records, sizing, 1, fetch, limits, decorator);
    }

    private QueryFixture(
            SamHeader header,
            List<byte[]> records,
            BlockSizing sizing,
            int level,
            FetchLimits fetch,
            QueryLimits limits,
            UnaryOperator<ObjectStore> decorator) {
        this.header = header;
        compression = new BamCompression(level, 2);
        MemoryObjectStore memory = new MemoryObjectStore();
        metadata = TestDatasets.write(memory, ID.prefix(), header, records, sizing);
        datasets = new Datasets(decorator.apply(memory), DatasetCacheSettings.DEFAULT);
        fetcher = new ChunkFetcher(fetch);
        query = new ReadsQuery(fetcher, cpu, compression, limits);
    }

    OpenRead open(ReadSelection selection) {
        return query.open(datasets.open(ID), selection);
    }

    OpenRead open(ReadSelection selection, RecordView view) {
        return query.open(datasets.open(ID), selection, view);
    }

    byte[] write(ReadSelection selection, RecordView view, ReadFormat format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenRead read = open(selection, view)) {
            assertThat(read.writeTo(format, OpenRead.Part.WHOLE, out).bytesOut())
                    .isEqualTo(out.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    DamageCheck damage() {
        return datasets.damage();
    }

    /** The blocks that may have records of a reference. */
    List<BlockEntry> blocks(int reference) {
        StretchList<BlockEntry> blocks = datasets.open(ID).blocks();
        return blocks.all().subList(blocks.firstOf(reference), blocks.endOf(reference));
    }

    ReadsTotals totals(int reference) {
        return datasets.open(ID).totals().get(reference);
    }

    byte[] bam(ReadSelection selection) {
        return write(selection, ReadFormat.BAM, OpenRead.Part.WHOLE);
    }

    byte[] write(ReadSelection selection, ReadFormat format, OpenRead.Part part) {
        ByteArrayOutputStream out;
        try (OpenRead read = open(selection)) {
            out = new ByteArrayOutputStream(
                    1024 + (int) Math.min(64 * MIB, read.plan().estimatedRawBytes()));
            ReadTotals totals = read.writeTo(format, part, out);
            assertThat(totals.bytesOut()).isEqualTo(out.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    void assertNothingHeld() {
        assertThat(fetcher.getsInFlight()).isZero();
        assertThat(fetcher.requestsWaiting()).isZero();
        assertThat(fetcher.bytesHeld()).isZero();
        assertThat(query.encodedBytesHeld()).isZero();
    }

    @Override
    public void close() {
        assertNothingHeld();
        query.close();
        fetcher.close();
        cpu.shutdown();
        try {
            assertThat(cpu.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        compression.close();
    }
}
