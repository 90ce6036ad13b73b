package dev.bams3.app;

import dev.bams3.cohort.CohortStore;
import dev.bams3.cohort.Cohorts;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.BlockCache;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.flow.WaitingRoom;
import dev.bams3.metrics.MeasuredObjectStore;
import dev.bams3.query.BamCompression;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans from the store up to the read use case. Each object is closed after those that use it. */
@Configuration(proxyBeanMethods = false)
class ReadConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(ReadConfiguration.class);
    static final int CORES = Runtime.getRuntime().availableProcessors();

    @Bean
    Stores stores(Settings settings) {
        S3Settings s3 = settings.toS3Settings();
        return new Stores(() -> s3);
    }

    @Bean
    ObjectStore store(Settings settings, Stores stores, MeterRegistry registry) {
        return new MeasuredObjectStore(stores.open(StoreUri.parse("bams3.store", settings.store())), registry);
    }

    @Bean
    Datasets datasets(Settings settings, ObjectStore store) {
        return new Datasets(store, settings.cache().toDatasetCacheSettings());
    }

    @Bean
    Cohorts cohorts(Settings settings, ObjectStore store, Datasets datasets) {
        DatasetCacheSettings cache = settings.cache().toDatasetCacheSettings();
        return new Cohorts(
                datasets,
                new CohortStore(store),
                settings.cohort().maxMembers(),
                cache.metadataTtl(),
                cache.headerBytes());
    }

    @Bean
    ChunkFetcher chunkFetcher(Settings settings) {
        return fetcher(settings.fetch(), new BlockCache(settings.cache().blockBytes()));
    }

    /** The one pool for work, as wide as the machine; what waits runs on virtual threads. */
    @Bean
    ExecutorService cpu() {
        return cpuPool(CORES);
    }

    @Bean
    BamCompression compression(Settings settings) {
        BamCompression compression = compression(settings.encode());
        LOG.info(
                "compressing BAM by {}",
                compression.at(compression.defaultLevel()).implementation());
        return compression;
    }

    @Bean
    ReadsQuery readsQuery(Settings settings, ChunkFetcher fetcher, ExecutorService cpu, BamCompression compression) {
        return query(settings.encode(), fetcher, cpu, compression);
    }

    static ChunkFetcher fetcher(Settings.Fetch fetch, BlockCache cache) {
        FetchLimits limits = new FetchLimits(
                fetch.gets(),
                fetch.getsPerRequest(),
                fetch.memory().toBytes(),
                Math.toIntExact(fetch.readAhead().toBytes()));
        return new ChunkFetcher(limits, new WaitingRoom(fetch.waiting()), cache);
    }

    static ExecutorService cpuPool(int threads) {
        return Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("cpu-", 0).daemon().factory());
    }

    static BamCompression compression(Settings.Encode encode) {
        return new BamCompression(encode.level(), CORES);
    }

    static ReadsQuery query(
            Settings.Encode encode, ChunkFetcher fetcher, ExecutorService cpu, BamCompression compression) {
        return new ReadsQuery(
                fetcher,
                cpu,
                compression,
                new QueryLimits(2 * CORES, encode.memory().toBytes()));
    }

    @Bean
    DemoDataset demoDataset(Settings settings, ObjectStore store, Datasets datasets, ExecutorService cpu) {
        return new DemoDataset(settings.wantsDemo(), store, datasets, cpu);
    }
}
