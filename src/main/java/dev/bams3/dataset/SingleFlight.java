package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.AsyncCache;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A cache whose values are loaded once however many ask. The load runs on a virtual thread of its own, so that a caller who
 * gives up neither ends it for the others nor is held by it. Failures are given to all who wait and then forgotten.
 */
final class SingleFlight<K, V> {
    private static final Executor LOADERS =
            load -> Thread.ofVirtual().name("dataset-load").start(load);

    private final AsyncCache<K, V> cache;

    SingleFlight(AsyncCache<K, V> cache) {
        this.cache = cache;
    }

    /** The value, or what the load threw; CANCELLED when this thread is interrupted meanwhile. */
    V get(K key, Supplier<V> load) {
        CompletableFuture<V> future = cache.get(key, (_, _) -> CompletableFuture.supplyAsync(load, LOADERS));
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "interrupted while a dataset was opened", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("a load throws nothing checked", e);
        }
    }

    void forget(K key) {
        cache.synchronous().invalidate(key);
    }
}
