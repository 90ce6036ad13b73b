package dev.bams3.dataset;

import dev.bams3.flow.ByteBudget;
import dev.bams3.format.DatasetLayout;
import dev.bams3.legacy.LegacyDataset;
import dev.bams3.legacy.UpgradedObjects;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Opens datasets of versions before 1.0: small ones are made into objects of 1.0 in memory, so that they are queried like any
 * other.
 */
final class UpgradedDatasets {
    private static final int MOST_METADATA = 64 << 20;

    private final MetadataObject metadata;
    private final DatasetParts parts;
    private final ByteBudget memory;
    private final long mostBytes;

    /**
     * @param memory that making the objects is charged to
     * @param mostBytes of the objects of one dataset
     */
    UpgradedDatasets(MetadataObject metadata, DatasetParts parts, ByteBudget memory, long mostBytes) {
        this.metadata = metadata;
        this.parts = parts;
        this.memory = memory;
        this.mostBytes = mostBytes;
    }

    /**
     * A dataset made in memory.
     *
     * @param commit the ETag of the metadata that the store has
     * @param bytes of the objects
     */
    record Upgraded(OpenDataset dataset, ETag commit, long bytes) {}

    /**
     * Returns a dataset of a version before 1.0, or empty where there is none.
     *
     * @throws dev.bams3.error.ReadsException UNSUPPORTED_VERSION, CORRUPT; TOO_LARGE, naming the way out
     */
    Optional<Upgraded> find(DatasetLocation location) {
        ObjectKey key = location.key(DatasetLayout.METADATA);
        long half = memory.bytesTotal() / 2;
        try (ByteBudget.Lease _ = memory.charge(key.value(), "a dataset of version 0.x", half)) {
            Optional<StoredObject> commit = location.store().find(key, MOST_METADATA);
            return commit.filter(stored -> LegacyDataset.isMetadata(stored.body()))
                    .map(stored -> upgraded(location, key, stored.etag(), half / 2));
        }
    }

    private Upgraded upgraded(DatasetLocation location, ObjectKey key, ETag commit, long mostOfChunk) {
        UUID identity = UUID.nameUUIDFromBytes((key + " " + commit.value()).getBytes(StandardCharsets.UTF_8));
        Map<String, byte[]> objects =
                UpgradedObjects.of(LegacyDataset.open(location.store(), key, mostOfChunk), identity, mostBytes);
        MemoryObjectStore store = new MemoryObjectStore();
        objects.forEach((name, bytes) -> store.put(location.key(name), bytes, PutCondition.always()));
        DatasetLocation here = new DatasetLocation(store, location.prefix());
        MetadataObject.Found made = metadata.find(here).orElseThrow();
        OpenDataset dataset = new OpenDataset(here, made.metadata(), made.etag(), parts, () -> {});
        return new Upgraded(
                dataset,
                commit,
                objects.values().stream().mapToLong(bytes -> bytes.length).sum());
    }
}
