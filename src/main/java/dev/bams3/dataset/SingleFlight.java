package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache whose values are loaded once however many ask. The load runs on a virtual thread of its own, so that a caller who
 * is interrupted neither ends it for the others nor is held by it; when the last of them is, the load is cancelled. Failures
 * are given to all who wait and then forgotten. A value that is asked for late in its life is loaded again meanwhile, so
 * that no caller waits at its end, and no value is given out beyond its time.
 */
final class SingleFlight<K, V> {
    static final Duration FOR_EVER = Duration.ofDays(36_500);

    private static final Logger LOG = LoggerFactory.getLogger(SingleFlight.class);

    private final String what;
    private final Lifetimes<V> lifetimes;
    private final Ticker ticker;
    // A failure is a value here, because the cache would log it, and callers get it anyway.
    private final AsyncCache<K, Outcome<V>> cache;

    private sealed interface Outcome<V> {
        record Loaded<V>(V value) implements Outcome<V> {}

        record Failed<V>(RuntimeException failure) implements Outcome<V> {}
    }

    /**
     * The lifetimes of values.
     *
     * @param whole how long a value stays after it was loaded
     * @param quiet age from which a request for it makes it load again; over {@code whole}: never
     */
    record Lifetimes<V>(Function<V, Duration> whole, Function<V, Duration> quiet) {}

    /** A load under way, or its end; and those who wait for it. */
    private static final class Flight<V> extends CompletableFuture<Outcome<V>> {
        // Guarded by this.
        private int waiting;
        private boolean abandoned;
        private boolean loadedAgain;
        private @Nullable Thread thread;
        /** Time of the ticker; written before this is complete. */
        private long loadedAt;

        void loaded(V value, long now) {
            loadedAt = now;
            complete(new Outcome.Loaded<>(value));
        }

        /** Whether this caller, as the only one, must load a value of this age again. */
        synchronized boolean isToLoadAgain(long now, Lifetimes<V> lifetimes) {
            if (loadedAgain
                    || !isDone()
                    || !(getNow(null) instanceof Outcome.Loaded<V>(V value))
                    || now - loadedAt < lifetimes.quiet().apply(value).toNanos()) {
                return false;
            }
            loadedAgain = true;
            return true;
        }

        synchronized void join(int more) {
            waiting += more;
        }

        /** Whether the value is not there yet and no caller waits for it any more. */
        synchronized boolean abandon() {
            if (waiting > 0 || isDone()) {
                return false;
            }
            abandoned = true;
            if (thread != null) {
                thread.interrupt();
            }
            return true;
        }

        synchronized boolean isAbandoned() {
            return abandoned;
        }

        /** @return whether the load is still wanted */
        synchronized boolean runIn(Thread current) {
            thread = current;
            return !abandoned;
        }
    }

    /**
     * @param what the values are, for messages
     * @param maxWeight of all values
     * @param weigher weight of a value; at most 2 GiB of it count
     */
    SingleFlight(String what, long maxWeight, ToLongFunction<V> weigher) {
        this(what, maxWeight, weigher, new Lifetimes<>(_ -> FOR_EVER, _ -> FOR_EVER), Ticker.systemTicker());
    }

    SingleFlight(String what, long maxWeight, ToLongFunction<V> weigher, Lifetimes<V> lifetimes, Ticker ticker) {
        this.what = what;
        this.lifetimes = lifetimes;
        this.ticker = ticker;
        cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .recordStats()
                .ticker(ticker)
                .maximumWeight(maxWeight)
                .weigher((K _, Outcome<V> outcome) -> outcome instanceof Outcome.Loaded<V>(V value)
                        ? (int) Math.min(Integer.MAX_VALUE, weigher.applyAsLong(value))
                        : 0)
                .expireAfter(Expiry.writing((K _, Outcome<V> outcome) -> outcome instanceof Outcome.Loaded<V>(V value)
                        ? lifetimes.whole().apply(value)
                        : Duration.ZERO))
                .buildAsync();
    }

    /** The value, or what the load threw; CANCELLED when this thread is interrupted meanwhile. */
    V get(K key, Supplier<V> load) {
        return prepare(key, load).get();
    }

    /**
     * Begins the load, unless the value is here or on its way.
     *
     * @return what {@link #get} returns or throws, also where the cache has no room for it
     */
    Supplier<V> prepare(K key, Supplier<V> load) {
        // Nothing else is ever in the cache.
        Flight<V> flight = (Flight<V>) cache.get(key, (_, _) -> begin(key, load));
        if (flight.isToLoadAgain(ticker.read(), lifetimes)) {
            loadAgain(key, flight, load);
        }
        return () -> await(key, flight, load);
    }

    /** Puts a new value in the place of one that is still good, unless somebody else did, or forgot it, meanwhile. */
    private void loadAgain(K key, Flight<V> old, Supplier<V> load) {
        Thread.ofVirtual().name("dataset-load").start(() -> {
            try {
                Flight<V> next = new Flight<>();
                V value = load.get();
                next.loaded(value, ticker.read());
                cache.asMap().replace(key, old, next);
            } catch (RuntimeException e) {
                // The old value stays until it expires; the next caller then loads it, and gets the failure.
                LOG.debug("{} could not be loaded ahead", key, e);
            }
        });
    }

    private V await(K key, Flight<V> flight, Supplier<V> load) {
        flight.join(1);
        Outcome<V> outcome;
        try {
            outcome = flight.get();
        } catch (InterruptedException e) {
            flight.join(-1);
            if (flight.abandon()) {
                cache.asMap().remove(key, flight);
            }
            throw ReadsException.interrupted(what, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load of " + key + " died", e.getCause());
        }
        return switch (outcome) {
            case Outcome.Loaded<V>(V value) -> value;
            case Outcome.Failed<V>(RuntimeException failure) -> {
                if (flight.isAbandoned()) {
                    // By others, just before this one came.
                    cache.asMap().remove(key, flight);
                    yield get(key, load);
                }
                throw failure;
            }
        };
    }

    private Flight<V> begin(K key, Supplier<V> load) {
        Flight<V> flight = new Flight<>();
        Thread.ofVirtual().name("dataset-load").start(() -> {
            try {
                if (!flight.runIn(Thread.currentThread())) {
                    Thread.currentThread().interrupt();
                }
                V value = load.get();
                flight.loaded(value, ticker.read());
            } catch (RuntimeException e) {
                flight.complete(new Outcome.Failed<>(e));
                cache.asMap().remove(key, flight);
            } catch (Throwable e) {
                flight.completeExceptionally(e);
                throw e;
            }
        });
        return flight;
    }

    /** Returns the cache, for metrics. */
    Cache<?, ?> cache() {
        return cache.synchronous();
    }

    /** Returns the remaining lifetime of the value of a key; zero if there is none. */
    Duration remaining(K key) {
        return cache.synchronous()
                .policy()
                .expireVariably()
                .flatMap(expiry -> expiry.getExpiresAfter(key))
                .orElse(Duration.ZERO);
    }

    void forget(K key) {
        cache.synchronous().invalidate(key);
    }
}
