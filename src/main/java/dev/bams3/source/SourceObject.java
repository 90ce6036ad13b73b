package dev.bams3.source;

import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;

/**
 * A file to convert, pinned to the bytes it had when it was opened: reads after a replacement fail as CHANGED.
 *
 * @param store holds it; stays the caller's
 * @param key its key
 * @param size bytes
 * @param etag identity of these bytes
 * @param name for messages and for the metadata
 */
public record SourceObject(ObjectStore store, ObjectKey key, long size, ETag etag, String name) {
    /** A file that is named by the location of its store and its key. */
    public SourceObject(ObjectStore store, ObjectKey key, long size, ETag etag) {
        this(store, key, size, etag, nameOf(store.location(), key));
    }

    /** @throws dev.bams3.error.ReadsException NOT_FOUND, DENIED or UNAVAILABLE, naming the object */
    public static SourceObject open(ObjectStore store, ObjectKey key) {
        ObjectInfo info = store.head(key);
        return new SourceObject(store, key, info.size(), info.etag());
    }

    /**
     * What kind of file it is, by its first bytes: `BAM`, `SAM` or `CRAM`.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT for an empty file or another kind
     */
    public String format() {
        return SourceFormat.of(this).name();
    }

    /** Returns the same file under another name. */
    public SourceObject named(String newName) {
        return new SourceObject(store, key, size, etag, newName);
    }

    static String nameOf(String location, ObjectKey key) {
        return location.endsWith("/") || location.endsWith(":") ? location + key : location + "/" + key;
    }

    /** Bytes of the pinned object; the range lies inside it. */
    byte[] read(long offset, int length) {
        return store.getRange(key, new ByteRange(offset, length), etag);
    }

    /** Whether bytes come over connections, on which they may be damaged. */
    boolean isRemote() {
        return store.fresh() != store;
    }

    /** The same over another connection. */
    byte[] readAgain(long offset, int length) {
        return store.fresh().getRange(key, new ByteRange(offset, length), etag);
    }
}
