package dev.bams3.fetch;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * The chunk objects of one generation of a dataset. A generation never changes and its keys are used once, so a key is
 * identity enough and no ETag is asked for.
 *
 * @param store where they lie
 * @param keys from a chunk's ordinal to its object
 * @param isOutdated asks whether the dataset was replaced or removed since it was opened
 * @param damage tells what was damaged on its way
 */
public record ChunkObjects(
        ObjectStore store, IntFunction<ObjectKey> keys, BooleanSupplier isOutdated, DamageCheck damage) {
    /** Key of a chunk object, for messages. */
    public String name(int chunk) {
        return keys.apply(chunk).value();
    }

    /** Returns the same objects over connections that no answer came by before. */
    ChunkObjects fresh() {
        return new ChunkObjects(store.fresh(), keys, isOutdated, damage);
    }

    /**
     * Reads a range of a chunk that the metadata names. That it is not there, or ends too early, is therefore not the
     * caller's mistake but a damaged dataset: CORRUPT, not NOT_FOUND or INVALID_RANGE. Where the dataset was replaced or removed
     * meanwhile it is only gone: CHANGED.
     */
    byte[] read(int chunk, ByteRange range) {
        ObjectKey key = keys.apply(chunk);
        byte[] bytes;
        try {
            bytes = store.getRange(key, range, ETag.ANY);
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND && e.kind() != ErrorKind.INVALID_RANGE) {
                throw e;
            }
            throw isOutdated.getAsBoolean()
                    ? ReadsException.about(
                            ErrorKind.CHANGED, key.value(), "the dataset was replaced or removed; ask again", e)
                    : ReadsException.corrupt(
                            key.value(), range.offset(), "chunk", "the index names bytes that are not there", e);
        }
        if (bytes.length != range.length()) {
            throw ReadsException.corrupt(
                    key.value(),
                    range.offset(),
                    "chunk",
                    "the store gave " + bytes.length + " bytes for a range of " + range.length());
        }
        return bytes;
    }
}
