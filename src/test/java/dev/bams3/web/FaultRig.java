package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.bams3.app.RunningServer;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.query.BamCompression;
import dev.bams3.query.OpenRead;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import dev.bams3.storage.s3.S3Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Function;

/**
 * The service on its HTTP port over the real S3 adapter; the server behind it misbehaves as told. It serves one dataset, under
 * any id that ends with {@link #SET}. What the right answers are is computed over memory, with neither HTTP nor S3.
 */
final class FaultRig implements AutoCloseable {
    static final String SET = "/reads";

    private static final BlockSizing SMALL = new BlockSizing(8 << 10, 2, 64 << 10, 32 << 10);
    private static final int LONGEST_RECORD = 2000;
    private static final FetchLimits LIMITS = new FetchLimits(16, 8, 64 << 20, 12 << 20);

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final FaultyS3 s3 = new FaultyS3(memory);
    private final S3Connection connection;
    private final RunningServer server;
    private final RightAnswers right;

    FaultRig(RawBam bam) {
        this(bam, FaultRig::settings);
    }

    /**
     * @param s3Settings of the adapter, for an endpoint
     * @param more settings of the service
     */
    FaultRig(RawBam bam, Function<URI, S3Settings> s3Settings, String... more) {
        publish(memory, bam);
        connection = S3Connection.open(s3Settings.apply(s3.endpoint()), S3ProxyServer.CREDENTIALS);
        ObjectStore store = connection.store(new StoreUri.Bucket("bucket", ""));
        List<String> all = new ArrayList<>(
                List.of("bams3.ticket.slice-size=64KB", "bams3.fetch.read-ahead=64KB", "bams3.demo=false"));
        all.addAll(List.of(more));
        server = RunningServer.start(unused -> store, all.toArray(String[]::new));
        right = new RightAnswers(memory);
    }

    /** Random records without the largest, with which many answers would take long. */
    static RawBam records(long seed, int count) {
        List<byte[]> records = new RandomRecords(seed)
                .sortedList(count).stream()
                        .filter(bytes -> bytes.length < LONGEST_RECORD)
                        .toList();
        return new RawBam(RandomRecords.header(), records);
    }

    /** Another generation of the dataset; the objects of the one before stay. */
    static void publish(MemoryObjectStore store, RawBam bam) {
        TestDatasets.write(store, new DatasetId(SET.substring(1)).prefix(), bam.header(), bam.records(), SMALL);
    }

    /** Three attempts, quick retries, and little patience: a hang costs a second. */
    static S3Settings settings(URI endpoint) {
        S3Settings usual = S3ProxyServer.settings(endpoint);
        return new S3Settings(
                endpoint,
                usual.region(),
                true,
                usual.checksums(),
                usual.maxConnections(),
                usual.connectTimeout(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                3,
                Duration.ofMillis(1),
                usual.partSize(),
                S3Settings.Access.USUAL);
    }

    MemoryObjectStore memory() {
        return memory;
    }

    FaultyS3 s3() {
        return s3;
    }

    RunningServer server() {
        return server;
    }

    RightAnswers right() {
        return right;
    }

    /** Asks for a kind of answer about the dataset under an alias. */
    WireAnswer ask(AnswerKind kind, String alias, String query) throws IOException {
        return kind.ask(server.port(), alias + SET, query);
    }

    /** Waits until nothing of any request is left: no permit, no byte, no thread, no answer that S3 is still writing. */
    void assertNothingHeld() throws IOException {
        ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
        ReadsQuery query = server.bean(ReadsQuery.class);
        ThreadPoolExecutor cpu = (ThreadPoolExecutor) server.bean(ExecutorService.class);
        Wait.until("GETs in flight", () -> fetcher.getsInFlight() == 0);
        Wait.until(
                "requests waiting",
                () -> fetcher.requestsWaiting() == 0 && fetcher.room().waiting() == 0);
        Wait.until("stored bytes held", () -> fetcher.bytesHeld() == 0);
        Wait.until("encoded bytes held", () -> query.encodedBytesHeld() == 0);
        Wait.until(
                "tasks of the pool",
                () -> cpu.getActiveCount() == 0 && cpu.getQueue().isEmpty());
        Wait.until("answers that S3 still writes", () -> s3.serving() == 0);
        assertThat(s3.connections()).isLessThanOrEqualTo(S3Settings.DEFAULT.maxConnections());
        Wait.until(
                "virtual threads",
                () -> !threads().contains("\"chunk-get-") && !threads().contains("\"dataset-load"));
    }

    /** Every thread there is, virtual ones included, as JSON. */
    private static String threads() {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path dump = folder.resolve("dump.json");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
            String threads = Files.readString(dump);
            Files.delete(dump);
            Files.delete(folder);
            return threads;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        connection.close();
        s3.close();
        right.close();
    }

    /** What a healthy service answers. */
    static final class RightAnswers implements AutoCloseable {
        private final Datasets datasets;
        private final ExecutorService cpu = Executors.newFixedThreadPool(2);
        private final ChunkFetcher fetcher = new ChunkFetcher(LIMITS);
        private final BamCompression compression = new BamCompression(1, 2);
        private final ReadsQuery query = new ReadsQuery(fetcher, cpu, compression, new QueryLimits(4, LIMITS.bytes()));

        RightAnswers(ObjectStore store) {
            datasets = new Datasets(store, DatasetCacheSettings.DEFAULT);
        }

        /** As {@link WireAnswer#content} has it. */
        byte[] of(AnswerKind kind, ReadSelection selection) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ReadFormat format = kind.format();
            try (OpenRead read = query.open(datasets.open(new DatasetId(SET.substring(1))), selection)) {
                read.writeTo(format, kind == AnswerKind.HEADER ? Part.HEADER : Part.WHOLE, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return format == ReadFormat.BAM ? RawBam.inflated(out.toByteArray()) : out.toByteArray();
        }

        @Override
        public void close() {
            query.close();
            fetcher.close();
            cpu.shutdown();
            compression.close();
        }
    }
}
