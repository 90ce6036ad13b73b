package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * A cache whose values are loaded once however many ask. The load runs on a virtual thread of its own, so that a caller who
 * gives up neither ends it for the others nor is held by it. Failures are given to all who wait and then forgotten.
 */
final class SingleFlight<K, V> {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    // A failure is a value here, because the cache would log what its callers are told anyway.
    private final AsyncCache<K, Outcome<V>> cache;

    private sealed interface Outcome<V> {
        record Loaded<V>(V value) implements Outcome<V> {}

        record Failed<V>(RuntimeException failure) implements Outcome<V> {}
    }

    /**
     * @param maxWeight of all values
     * @param weigher weight of a value, at most 2 GiB of which count
     */
    SingleFlight(long maxWeight, ToLongFunction<V> weigher) {
        this(maxWeight, weigher, _ -> FOR_EVER, Ticker.systemTicker());
    }

    /** @param timeToLive how long a value stays after it was loaded */
    SingleFlight(long maxWeight, ToLongFunction<V> weigher, Function<V, Duration> timeToLive, Ticker ticker) {
        cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .recordStats()
                .ticker(ticker)
                .maximumWeight(maxWeight)
                .weigher((K _, Outcome<V> outcome) -> outcome instanceof Outcome.Loaded<V>(V value)
                        ? (int) Math.min(Integer.MAX_VALUE, weigher.applyAsLong(value))
                        : 0)
                .expireAfter(Expiry.creating((K _, Outcome<V> outcome) ->
                        outcome instanceof Outcome.Loaded<V>(V value) ? timeToLive.apply(value) : Duration.ZERO))
                .buildAsync();
    }

    /** The value, or what the load threw; CANCELLED when this thread is interrupted meanwhile. */
    V get(K key, Supplier<V> load) {
        return await(key, cache.get(key, (_, _) -> begin(key, load)));
    }

    /**
     * Begins the load, unless the value is here or on its way.
     *
     * @return what {@link #get} returns or throws, also where the cache has no room for it
     */
    Supplier<V> prepare(K key, Supplier<V> load) {
        CompletableFuture<Outcome<V>> future = cache.get(key, (_, _) -> begin(key, load));
        return () -> await(key, future);
    }

    private static <K, V> V await(K key, CompletableFuture<Outcome<V>> future) {
        try {
            return switch (future.get()) {
                case Outcome.Loaded<V>(V value) -> value;
                case Outcome.Failed<V>(RuntimeException failure) -> throw failure;
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "interrupted while a dataset was opened", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load of " + key + " died", e.getCause());
        }
    }

    private CompletableFuture<Outcome<V>> begin(K key, Supplier<V> load) {
        CompletableFuture<Outcome<V>> future = new CompletableFuture<>();
        Thread.ofVirtual().name("dataset-load").start(() -> {
            try {
                future.complete(new Outcome.Loaded<>(load.get()));
            } catch (RuntimeException e) {
                future.complete(new Outcome.Failed<>(e));
                cache.asMap().remove(key, future);
            } catch (Throwable e) {
                future.completeExceptionally(e);
                throw e;
            }
        });
        return future;
    }

    /** For metrics. */
    Cache<?, ?> cache() {
        return cache.synchronous();
    }

    void forget(K key) {
        cache.synchronous().invalidate(key);
    }
}
