package dev.bams3.metrics;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Policy;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.flow.WaitingRoom;
import dev.bams3.query.ReadsQuery;
import dev.bams3.query.WorkTimes;
import dev.bams3.storage.DamageCheck;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Metrics of reading: memory held, waits and work of all requests together. */
public final class ReadMetrics implements MeterBinder {
    private static final String HELD = "Memory of answers, as fetched and as encoded";

    private final Datasets datasets;
    private final ChunkFetcher fetcher;
    private final ReadsQuery query;
    private final LongSupplier retries;
    private final LongSupplier throttled;

    /**
     * @param retries of calls of the store so far
     * @param throttled answers of the store so far that asked for fewer requests
     */
    public ReadMetrics(
            Datasets datasets, ChunkFetcher fetcher, ReadsQuery query, LongSupplier retries, LongSupplier throttled) {
        this.datasets = datasets;
        this.fetcher = fetcher;
        this.query = query;
        this.retries = retries;
        this.throttled = throttled;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("bams3.gets.in.flight", fetcher, ChunkFetcher::getsInFlight)
                .description("GETs of blocks that run")
                .register(registry);
        FunctionCounter.builder("bams3.gets.shared", fetcher, ChunkFetcher::getsShared)
                .description("Reads that were answered by the GET of another request")
                .register(registry);
        Gauge.builder("bams3.requests.waiting", fetcher.room(), WaitingRoom::waiting)
                .description("Requests that wait for memory or a turn")
                .register(registry);
        FunctionCounter.builder("bams3.requests.overloaded", fetcher.room(), WaitingRoom::refused)
                .description("Requests that found no place to wait, or waited too long")
                .register(registry);
        FunctionCounter.builder("bams3.store.retries", retries, LongSupplier::getAsLong)
                .description("Attempts at S3 beyond the first of a call")
                .register(registry);
        FunctionCounter.builder("bams3.store.throttled", throttled, LongSupplier::getAsLong)
                .description("Answers of S3 that asked for fewer requests")
                .register(registry);
        damage(registry, "flight", DamageCheck::inFlight);
        damage(registry, "store", DamageCheck::atRest);
        Gauge.builder("bams3.memory.held", fetcher, ChunkFetcher::bytesHeld)
                .description(HELD)
                .tag("of", "stored")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("bams3.memory.held", query, ReadsQuery::encodedBytesHeld)
                .description(HELD)
                .tag("of", "encoded")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("bams3.blocks.waiting", query, ReadsQuery::blocksWaiting)
                .description("Blocks that wait for a thread")
                .register(registry);
        work(registry, "bams3.decode", "Blocks decoded, and the time of it", WorkTimes::decodeNanos);
        work(registry, "bams3.encode", "Blocks filtered and encoded, and the time of it", WorkTimes::encodeNanos);
        cache(registry, "blocks", fetcher.cache().cache());
        datasets.caches().forEach((name, cache) -> cache(registry, name, cache));
    }

    private void damage(MeterRegistry registry, String where, ToDoubleFunction<DamageCheck> reads) {
        FunctionCounter.builder("bams3.reads.damaged", datasets.damage(), reads)
                .description("Reads whose bytes failed their checksums")
                .tag("where", where)
                .register(registry);
    }

    private void work(MeterRegistry registry, String name, String description, ToLongFunction<WorkTimes> nanos) {
        FunctionTimer.builder(name, query.times(), WorkTimes::blocks, nanos::applyAsLong, TimeUnit.NANOSECONDS)
                .description(description)
                .register(registry);
    }

    private static void cache(MeterRegistry registry, String name, Cache<?, ?> cache) {
        CaffeineCacheMetrics.monitor(registry, cache, name, List.of());
        Gauge.builder("bams3.cache.held", cache, ReadMetrics::weight)
                .description("Memory of caches, about")
                .tag("cache", name)
                .baseUnit("bytes")
                .register(registry);
    }

    private static double weight(Cache<?, ?> cache) {
        return cache.policy()
                .eviction()
                .map(Policy.Eviction::weightedSize)
                .map(size -> (double) size.orElse(0))
                .orElse(0.0);
    }
}
