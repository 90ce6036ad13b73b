package dev.bams3.export;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetLayout;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import java.util.function.Function;
import java.util.function.Supplier;

/** The objects of a dataset, for who reads all of them. */
final class StoredBytes {
    private final OpenDataset dataset;

    StoredBytes(OpenDataset dataset) {
        this.dataset = dataset;
    }

    ObjectKey indexKey() {
        return dataset.location().key(DatasetLayout.index(dataset.metadata().generation()));
    }

    /** @throws ReadsException CORRUPT also for an object that is not there: the metadata names it */
    byte[] read(ObjectKey key, long offset, int length) {
        return missingIsCorrupt(key, () -> dataset.store().getRange(key, new ByteRange(offset, length), ETag.ANY));
    }

    /**
     * Reads and decodes bytes; once more, over another connection, where they are corrupt.
     *
     * @throws ReadsException CORRUPT for what is damaged in the store
     */
    <T> T read(ObjectKey key, long offset, int length, Function<byte[], T> decoder) {
        try {
            return decoder.apply(read(key, offset, length));
        } catch (ReadsException e) {
            return dataset.damage().again(e, () -> decoder.apply(readAgain(key, offset, length)));
        }
    }

    /** Reads the same bytes over another connection. */
    byte[] readAgain(ObjectKey key, long offset, int length) {
        return missingIsCorrupt(
                key, () -> dataset.store().fresh().getRange(key, new ByteRange(offset, length), ETag.ANY));
    }

    /** Bytes that the object has now; CORRUPT if it is not there. */
    long size(ObjectKey key) {
        return missingIsCorrupt(key, () -> dataset.store().head(key).size());
    }

    private static <T> T missingIsCorrupt(ObjectKey key, Supplier<T> read) {
        try {
            return read.get();
        } catch (ReadsException e) {
            String damage = switch (e.kind()) {
                case NOT_FOUND -> "is missing, although the metadata names it";
                case INVALID_RANGE -> "does not have the length that the metadata says";
                default -> throw e;
            };
            throw ReadsException.about(ErrorKind.CORRUPT, key.value(), damage, e);
        }
    }
}
