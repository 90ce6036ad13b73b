package dev.bams3.source;

import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import java.util.function.Function;

/**
 * A FASTA file that references of a CRAM are read from, with its indexes beside it.
 *
 * @param store that holds it; stays the caller's
 */
public record ReferenceFile(ObjectStore store, ObjectKey key) {

    /**
     * The file at an address.
     *
     * @param stores opens stores
     */
    public static ReferenceFile at(ObjectUri address, Function<StoreUri, ObjectStore> stores) {
        return new ReferenceFile(stores.apply(address.root()), address.key());
    }

    /** Its address. */
    @Override
    public String toString() {
        return SourceObject.nameOf(store.location(), key);
    }
}
