package dev.bams3.dataset;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.MetadataCodec;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoredObject;
import java.util.Optional;

/** Reads metadata objects; what one may take of memory is charged before it is read. Safe for use by many threads. */
public final class MetadataObject {
    /** Most objects are smaller: one GET, without asking for the size. */
    private static final int USUAL_BYTES = 64 << 10;

    /** Most that is read: far more than a million read groups take. */
    private static final long MOST_BYTES = 1L << 30;

    /** What parsing makes of each object, each array and each other value, in bytes of heap; with the values made of them. */
    private static final int HEAP_OF_OBJECT = 500;

    private static final int HEAP_OF_ARRAY = 100;
    private static final int HEAP_OF_VALUE = 64;

    private final ByteBudget memory;
    private final DamageCheck damage;

    /** Creates one for a single reader, such as a command or a conversion. */
    public MetadataObject() {
        this(MemoryLimits.ofProcess().decoding(), new DamageCheck());
    }

    /**
     * @param memory that decoding is charged to
     * @param damage tells what was damaged on its way
     */
    MetadataObject(ByteBudget memory, DamageCheck damage) {
        this.memory = memory;
        this.damage = damage;
    }

    /** Metadata, and the ETag of the object it was read from. */
    public record Found(DatasetMetadata metadata, ETag etag) {}

    /**
     * Returns the published metadata, or empty if there is none.
     *
     * @throws ReadsException CORRUPT, UNSUPPORTED_VERSION; TOO_LARGE or OVERLOADED for more than memory has room for; or what the
     *     store says
     */
    public Optional<Found> find(DatasetLocation location) {
        ObjectKey key = location.key(DatasetLayout.METADATA);
        try {
            return read(location.store(), key);
        } catch (ReadsException e) {
            return damage.again(e, () -> read(location.store().fresh(), key));
        }
    }

    private Optional<Found> read(ObjectStore store, ObjectKey key) {
        try {
            return read(store, key, USUAL_BYTES);
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.TOO_LARGE) {
                throw e;
            }
        }
        Optional<ObjectInfo> info = store.find(key);
        return info.isEmpty() ? Optional.empty() : read(store, key, info.get().size());
    }

    private Optional<Found> read(ObjectStore store, ObjectKey key, long size) {
        String what = "the metadata";
        if (size > MOST_BYTES) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    key.value(),
                    "has " + size + " bytes; metadata of more than " + MOST_BYTES + " is not read");
        }
        try (ByteBudget.Lease charged = memory.charge(key.value(), what, 2 * size)) {
            Optional<StoredObject> object = store.find(key, (int) size);
            object.ifPresent(stored -> charged.growTo(key.value(), what, heapWhileParsed(stored.body())));
            return object.map(stored -> new Found(MetadataCodec.decode(key.value(), stored.body()), stored.etag()));
        }
    }

    /** Counts what would be parsed. A character inside a text counts, too, which only makes it more. */
    private static long heapWhileParsed(byte[] json) {
        long heap = 2L * json.length;
        for (byte character : json) {
            heap += switch (character) {
                case '{' -> HEAP_OF_OBJECT;
                case '[' -> HEAP_OF_ARRAY;
                case ',' -> HEAP_OF_VALUE;
                default -> 0;
            };
        }
        return heap;
    }
}
