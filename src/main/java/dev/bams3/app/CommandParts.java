package dev.bams3.app;

import dev.bams3.access.LinkTokens;
import dev.bams3.cli.CommandEnvironment;
import dev.bams3.cohort.CohortStore;
import dev.bams3.cohort.Cohorts;
import dev.bams3.convert.Converter;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.BlockCache;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.jobs.ShardWorker;
import dev.bams3.query.BamCompression;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The parts of commands, from the same settings as the service. Used by one thread, as a command is. */
final class CommandParts implements CommandEnvironment {
    private final Supplier<Settings> settings;
    private final Stores stores;
    private final Map<StoreUri, ObjectStore> open = new HashMap<>();
    private int threads = ReadConfiguration.CORES;
    private @Nullable ExecutorService cpu;
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Reading reading;

    /** The parts that read, closed in this order. */
    private record Reading(ReadsQuery query, BamCompression compression, ChunkFetcher fetcher) {
        void close() {
            query.close();
            compression.close();
            fetcher.close();
        }
    }

    CommandParts(Settings settings) {
        S3Settings s3 = settings.toS3Settings();
        this(() -> settings, () -> s3);
    }

    private CommandParts(Supplier<Settings> settings, Supplier<S3Settings> s3) {
        this.settings = settings;
        stores = new Stores(s3);
    }

    /**
     * From the settings of this process, which are read at once if there are any; else when a command first needs one, because
     * a conversion between two files needs none, and reading them takes as long as the rest of its start.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT for an unknown name or a wrong value
     */
    static CommandParts ofProcess() {
        return Settings.areInProcess()
                ? new CommandParts(Settings.ofProcess())
                : new CommandParts(
                        Settings::ofProcess, () -> Settings.ofProcess().toS3Settings());
    }

    @Override
    public String program() {
        return ProgramVersion.PROGRAM;
    }

    @Override
    public StoreUri datasets() {
        return StoreUri.parse("BAMS3_STORE", settings.get().store());
    }

    @Override
    public ObjectStore store(StoreUri root) {
        return open.computeIfAbsent(root, stores::open);
    }

    @Override
    public Cohorts cohorts() {
        ObjectStore store = store(datasets());
        DatasetCacheSettings cache = DatasetCacheSettings.DEFAULT;
        return new Cohorts(
                new Datasets(store, cache),
                new CohortStore(store),
                settings.get().cohort().maxMembers(),
                cache.metadataTtl(),
                cache.headerBytes());
    }

    @Override
    public ReadsQuery query() {
        if (reading == null) {
            Settings read = settings.get();
            ChunkFetcher fetcher = ReadConfiguration.fetcher(read.fetch(), new BlockCache(0));
            BamCompression compression = ReadConfiguration.compression(read.encode());
            reading = new Reading(
                    ReadConfiguration.query(read.encode(), fetcher, cpu(), compression), compression, fetcher);
        }
        return reading.query();
    }

    @Override
    public ShardWorker shardWorker() {
        Settings read = settings.get();
        return new ShardWorker(
                store(datasets()),
                JobsConfiguration.places(read, stores, new DamageCheck()),
                new Converter(program(), cpu(), waiting),
                read.jobs().toJobSettings(true),
                read.jobs().folderForSorting(),
                waiting);
    }

    @Override
    public LinkTokens links() {
        return settings.get().link().tokens();
    }

    @Override
    public Duration longestLink() {
        return settings.get().link().maxTtl();
    }

    @Override
    public String publicAddress() {
        return settings.get().publicAddress().orElse("");
    }

    @Override
    public void useThreads(int threads) {
        this.threads = threads;
    }

    @Override
    public ExecutorService cpu() {
        if (cpu == null) {
            cpu = ReadConfiguration.cpuPool(threads);
        }
        return cpu;
    }

    @Override
    public ExecutorService waiting() {
        return waiting;
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
        }
        open.values().forEach(ObjectStore::close);
        stores.close();
        waiting.close();
        if (cpu != null) {
            cpu.close();
        }
    }
}
