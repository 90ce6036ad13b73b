package dev.bams3.dataset;

import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;

/**
 * The location of a dataset's objects.
 *
 * @param store that holds them
 * @param prefix of their keys, without a closing `/`: {@code a/b.bams3}
 */
public record DatasetLocation(ObjectStore store, String prefix) {
    /** @throws IllegalArgumentException for a prefix that no key can have */
    public DatasetLocation {
        var _ = new ObjectKey(prefix);
    }

    public static DatasetLocation of(ObjectStore store, DatasetId id) {
        return new DatasetLocation(store, id.prefix());
    }

    /** The key of one of its objects, by its name in {@link dev.bams3.format.DatasetLayout}. */
    public ObjectKey key(String object) {
        return ObjectKey.of(prefix, object);
    }

    @Override
    public String toString() {
        return store.location() + "/" + prefix;
    }
}
