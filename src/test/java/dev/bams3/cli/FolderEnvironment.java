package dev.bams3.cli;

import dev.bams3.access.LinkTokens;
import dev.bams3.cohort.CohortStore;
import dev.bams3.cohort.Cohorts;
import dev.bams3.convert.Converter;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.jobs.JobSettings;
import dev.bams3.jobs.ShardWorker;
import dev.bams3.jobs.SourcePlaces;
import dev.bams3.query.BamCompression;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Datasets in the test's folder. */
class FolderEnvironment implements CommandEnvironment {
    private final Path folder;
    private final ExecutorService cpu = Executors.newFixedThreadPool(2);
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(8, 4, 64 << 20, 4 << 20));
    private final BamCompression compression = new BamCompression(1, 2);
    private final ReadsQuery query = new ReadsQuery(fetcher, cpu, compression, new QueryLimits(4, 32 << 20));

    FolderEnvironment(Path folder) {
        this.folder = folder;
    }

    @Override
    public String program() {
        return "bams3-server/1.2.3";
    }

    @Override
    public StoreUri datasets() {
        return new StoreUri.Folder(folder);
    }

    @Override
    public ObjectStore store(StoreUri root) {
        return new FolderObjectStore((StoreUri.Folder) root);
    }

    @Override
    public Cohorts cohorts() {
        ObjectStore store = store(datasets());
        return new Cohorts(
                new Datasets(store, DatasetCacheSettings.DEFAULT),
                new CohortStore(store),
                50,
                Duration.ofSeconds(1),
                1 << 20);
    }

    @Override
    public ReadsQuery query() {
        return query;
    }

    @Override
    public ShardWorker shardWorker() {
        StoreUri.Folder root = new StoreUri.Folder(folder);
        return new ShardWorker(
                new FolderObjectStore(root),
                new SourcePlaces(List.of(), root, this::store, new DamageCheck()),
                new Converter(program(), cpu, waiting),
                new JobSettings(
                        1,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(1),
                        1,
                        Duration.ZERO,
                        Duration.ofDays(1),
                        false),
                folder,
                waiting);
    }

    @Override
    public LinkTokens links() {
        return new LinkTokens(List.of("k".repeat(32).getBytes(StandardCharsets.UTF_8)), Clock.systemUTC());
    }

    @Override
    public Duration longestLink() {
        return Duration.ofDays(2);
    }

    @Override
    public String publicAddress() {
        return "https://reads.example.org";
    }

    @Override
    public void useThreads(int threads) {
        // The pool of the test is as good.
    }

    @Override
    public ExecutorService cpu() {
        return cpu;
    }

    @Override
    public ExecutorService waiting() {
        return waiting;
    }

    @Override
    public void close() {
        query.close();
        compression.close();
        fetcher.close();
        cpu.shutdownNow();
        waiting.shutdownNow();
    }
}
