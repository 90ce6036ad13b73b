package dev.bams3.app;

import dev.bams3.access.LinkTokens;
import dev.bams3.cli.CommandEnvironment;
import dev.bams3.convert.Converter;
import dev.bams3.fetch.BlockCache;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.jobs.ShardWorker;
import dev.bams3.query.BamCompression;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** What commands are made of, from the same settings as the service. Used by one thread, as a command is. */
final class CommandParts implements CommandEnvironment {
    private final Settings settings;
    private final Stores stores;
    private final Map<StoreUri, ObjectStore> open = new HashMap<>();
    private final ExecutorService cpu = ReadConfiguration.cpuPool();
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Reading reading;

    /** What reads, closed in this order. */
    private record Reading(ReadsQuery query, BamCompression compression, ChunkFetcher fetcher) {
        void close() {
            query.close();
            compression.close();
            fetcher.close();
        }
    }

    CommandParts(Settings settings) {
        this.settings = settings;
        stores = new Stores(settings.toS3Settings());
    }

    @Override
    public String program() {
        return ProgramVersion.PROGRAM;
    }

    @Override
    public StoreUri datasets() {
        return StoreUri.parse("BAMS3_STORE", settings.store());
    }

    @Override
    public ObjectStore store(StoreUri root) {
        return open.computeIfAbsent(root, stores::open);
    }

    @Override
    public ReadsQuery query() {
        if (reading == null) {
            ChunkFetcher fetcher = ReadConfiguration.fetcher(settings.fetch(), new BlockCache(0));
            BamCompression compression = ReadConfiguration.compression(settings.encode());
            reading = new Reading(
                    ReadConfiguration.query(settings.encode(), fetcher, cpu, compression), compression, fetcher);
        }
        return reading.query();
    }

    @Override
    public ShardWorker shardWorker() {
        return new ShardWorker(
                store(datasets()),
                JobsConfiguration.places(settings, stores),
                new Converter(program(), cpu, waiting),
                settings.jobs().toJobSettings(true),
                settings.jobs().folderForSorting(),
                waiting);
    }

    @Override
    public LinkTokens links() {
        return settings.link().tokens();
    }

    @Override
    public Duration longestLink() {
        return settings.link().maxTtl();
    }

    @Override
    public String publicAddress() {
        return settings.publicAddress().orElse("");
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
        if (reading != null) {
            reading.close();
        }
        open.values().forEach(ObjectStore::close);
        stores.close();
        waiting.close();
        cpu.close();
    }
}
