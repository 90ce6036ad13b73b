package dev.bams3.storage;

import dev.bams3.error.ReadsException;
import java.util.List;

/**
 * Objects under one root (a folder, or a bucket and prefix), by key. The whole contract with storage: what is not here
 * is not needed, and each addition costs every implementation.
 *
 * <p>Safe for use by many threads. Reads are strongly consistent with finished writes. Every call either succeeds whole or
 * throws {@link ReadsException}: NOT_FOUND for an object that is not there, CHANGED for a failed condition, DENIED for
 * refused credentials, OVERLOADED for throttling that outlasted the retries, UNAVAILABLE for everything else the store
 * does; the exception names the object. Retries happen inside, body included, and nowhere above.
 */
public interface ObjectStore extends AutoCloseable {
    /** For messages: {@code s3://bucket/prefix}, {@code file:/folder}, {@code memory:}. */
    String location();

    /** Size and ETag without the bytes. */
    ObjectInfo head(ObjectKey key);

    /** The whole object; for small ones (metadata, headers). TOO_LARGE if it has more than {@code limit} bytes. */
    StoredObject get(ObjectKey key, int limit);

    /**
     * Exactly the bytes of the range, in a new array of {@code range.length()}. UNAVAILABLE when the store answers with
     * other bytes than asked for; INVALID_RANGE when the object ends before the range does.
     *
     * @param ifMatch ETag that the object must still have (CHANGED otherwise), or {@link ETag#ANY}
     */
    byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch);

    /** Writes a whole object, atomically: a reader sees the old bytes or the new ones. CHANGED if the condition fails. */
    ETag put(ObjectKey key, byte[] body, PutCondition condition);

    /** Starts an object too large for one array, written in parts; invisible until completed. */
    ObjectUpload upload(ObjectKey key);

    /** At most {@code limit} (1 to 1000) objects whose key starts with {@code prefix}, in key order, after {@code after}. */
    List<ObjectInfo> list(String prefix, String after, int limit);

    /** Removes the object; no error if it is not there. */
    void delete(ObjectKey key);

    @Override
    void close();
}
