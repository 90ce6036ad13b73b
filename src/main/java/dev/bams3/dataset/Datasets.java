package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.format.DatasetLayout;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens datasets. The first open of one is one GET; until its time to live ends, further ones are free; then one HEAD tells
 * whether the commit is still the same. An open in the last quarter of that time has it asked ahead, without waiting; so only
 * a dataset that was not opened in that quarter makes its next user wait. Concurrent opens of a dataset share one request.
 * Safe for use by many threads; one per process.
 */
public final class Datasets {
    private static final int BYTES_OF_ENTRY = 512;

    private final ObjectStore store;
    private final DatasetParts parts;
    private final MetadataObject metadata;
    private final DamageCheck damage = new DamageCheck();
    private final UpgradedDatasets upgraded;
    // What is believed, until its time is over.
    private final SingleFlight<DatasetLocation, Answer> fresh;
    // What was last seen, for comparing ETags when the time is over.
    private final Cache<DatasetLocation, Answer.Found> seen;

    private sealed interface Answer {
        /** @param commit the ETag of what the store has */
        record Found(OpenDataset dataset, ETag commit, int weight) implements Answer {}

        record Missing() implements Answer {}
    }

    /** @param store in which ids are looked up */
    public Datasets(ObjectStore store, DatasetCacheSettings settings) {
        this(store, settings, Ticker.systemTicker());
    }

    Datasets(ObjectStore store, DatasetCacheSettings settings, Ticker ticker) {
        this(store, settings, MemoryLimits.ofProcess(), ticker);
    }

    Datasets(ObjectStore store, DatasetCacheSettings settings, MemoryLimits limits, Ticker ticker) {
        this.store = store;
        ByteBudget memory = limits.decoding();
        parts = new DatasetParts(settings, memory, damage);
        metadata = new MetadataObject(memory, damage);
        upgraded = new UpgradedDatasets(metadata, parts, memory, settings.metadataBytes() / 2);
        fresh = new SingleFlight<>(
                "the metadata of the dataset",
                settings.metadataBytes(),
                Datasets::weight,
                new SingleFlight.Lifetimes<>(
                        answer -> answer instanceof Answer.Found ? settings.metadataTtl() : settings.missingTtl(),
                        // Late enough that constant use does not ask much more often than it has to.
                        answer -> answer instanceof Answer.Found
                                        && settings.metadataTtl().isPositive()
                                ? settings.metadataTtl().multipliedBy(3).dividedBy(4)
                                : SingleFlight.FOR_EVER),
                ticker);
        seen = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(settings.metadataBytes())
                .weigher((DatasetLocation location, Answer answer) -> weight(answer))
                .build();
    }

    private static int weight(Answer answer) {
        return switch (answer) {
            case Answer.Found(OpenDataset _, ETag _, int weight) -> weight;
            case Answer.Missing() -> BYTES_OF_ENTRY;
        };
    }

    /**
     * The dataset as it is published now.
     *
     * @throws ReadsException NOT_FOUND naming the id; CORRUPT or UNSUPPORTED_VERSION for metadata that cannot be read; or
     *     what the store says
     */
    public OpenDataset open(DatasetId id) {
        return open(DatasetLocation.of(store, id), id.value());
    }

    /** Opens a dataset at another location. */
    public OpenDataset open(DatasetLocation location) {
        return open(location, location.toString());
    }

    /** Returns the dataset as {@link #open(DatasetId)} does, or empty if there is none. */
    public Optional<OpenDataset> find(DatasetId id) {
        return find(DatasetLocation.of(store, id));
    }

    private OpenDataset open(DatasetLocation location, String name) {
        return find(location).orElseThrow(() -> ReadsException.about(ErrorKind.NOT_FOUND, name, "no such dataset"));
    }

    private Optional<OpenDataset> find(DatasetLocation location) {
        return switch (fresh.get(location, () -> look(location))) {
            case Answer.Found(OpenDataset dataset, ETag _, int _) -> Optional.of(dataset);
            case Answer.Missing() -> Optional.empty();
        };
    }

    /** The caches by what they hold, weighed in bytes; for metrics. */
    public Map<String, Cache<?, ?>> caches() {
        Map<String, Cache<?, ?>> all = new HashMap<>(parts.caches());
        all.put("metadata", fresh.cache());
        return all;
    }

    /** Counts what was damaged in flight and what in the store; for metrics. */
    public DamageCheck damage() {
        return damage;
    }

    /** Returns how long the cached metadata of a dataset is still valid; zero if none is cached. */
    Duration knownFor(DatasetId id) {
        return fresh.remaining(DatasetLocation.of(store, id));
    }

    /** Drops the cached state of a dataset that this process has published or removed. */
    public void forget(DatasetId id) {
        fresh.forget(DatasetLocation.of(store, id));
    }

    private Answer look(DatasetLocation location) {
        ObjectKey key = location.key(DatasetLayout.METADATA);
        Answer.Found last = seen.getIfPresent(location);
        if (last != null) {
            Optional<ObjectInfo> commit = location.store().find(key);
            if (commit.isPresent() && last.commit.equals(commit.get().etag())) {
                return last;
            }
        }
        Optional<Answer.Found> found = read(location);
        if (found.isEmpty()) {
            seen.invalidate(location);
            return new Answer.Missing();
        }
        seen.put(location, found.get());
        return found.get();
    }

    private Answer.Found found(DatasetLocation location, MetadataObject.Found stored) {
        OpenDataset dataset =
                new OpenDataset(location, stored.metadata(), stored.etag(), parts, () -> fresh.forget(location));
        return found(dataset, stored.etag(), 0);
    }

    private static Answer.Found found(OpenDataset dataset, ETag commit, long objects) {
        long weight = BYTES_OF_ENTRY + dataset.metadata().weight() + objects;
        return new Answer.Found(dataset, commit, (int) Math.min(Integer.MAX_VALUE, weight));
    }

    private Optional<Answer.Found> read(DatasetLocation location) {
        try {
            return metadata.find(location).map(stored -> found(location, stored));
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.UNSUPPORTED_VERSION) {
                throw e;
            }
            UpgradedDatasets.Upgraded older = upgraded.find(location).orElseThrow(() -> e);
            return Optional.of(found(older.dataset(), older.commit(), older.bytes()));
        }
    }

    /**
     * Ids of the datasets in the store of this object, without opening any: those with a commit whose id begins with
     * {@code prefix}, in the order of their keys. Costs about one request for each dataset that has many chunks, and less
     * for small ones.
     *
     * @param prefix beginning of the ids, not necessarily a whole segment; empty for all
     * @param after the last id of the page before; empty for the first page
     * @param limit 1 or more; fewer ids than that are the last ones
     */
    public List<DatasetId> list(String prefix, String after, int limit) {
        return new DatasetListing(store, prefix, limit).after(after);
    }
}
