package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Objects under one root (a folder, or a bucket and prefix), by key. The whole contract with storage: what is not here
 * is not needed, and each addition costs every implementation. {@link MemoryObjectStore} is its shortest implementation;
 * counting, caching or failing on purpose are decorators.
 *
 * <p>Safe for use by many threads. Reads are strongly consistent with finished writes. Every call either succeeds whole or
 * throws {@link ReadsException}: NOT_FOUND for an object that is not there, CHANGED for a failed condition, DENIED for
 * what the store refuses and asking again does not change (credentials, a bucket that does not exist or is elsewhere), OVERLOADED for throttling that outlasted the retries, CANCELLED when the calling thread was
 * interrupted (it stays so), UNAVAILABLE for everything else the store does; the exception names the object. Retries happen
 * inside, body included, and nowhere above.
 */
public interface ObjectStore extends AutoCloseable {
    /** Most objects of one listing. */
    int MAX_LISTED = 1000;

    /** Returns the location for messages: {@code s3://bucket/prefix}, {@code file:/folder}, {@code memory:}. */
    String location();

    /**
     * Returns the same objects over connections that no answer came by before: for reading again what arrived damaged. Not to
     * be closed.
     */
    default ObjectStore fresh() {
        return this;
    }

    /** Size and ETag without the bytes. */
    ObjectInfo head(ObjectKey key);

    /**
     * Reads a whole object; for small ones (metadata, headers). TOO_LARGE if it has more than {@code limit} bytes, none of which
     * are then kept.
     */
    StoredObject get(ObjectKey key, int limit);

    /** Size and ETag of the object, or empty if it is not there. */
    default Optional<ObjectInfo> find(ObjectKey key) {
        return ifFound(() -> head(key));
    }

    /** The whole object as {@link #get} returns it, or empty if it is not there. */
    default Optional<StoredObject> find(ObjectKey key, int limit) {
        return ifFound(() -> get(key, limit));
    }

    private static <T> Optional<T> ifFound(Supplier<T> read) {
        try {
            return Optional.of(read.get());
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Exactly the bytes of the range, in a new array of {@code range.length()}. UNAVAILABLE when the store answers with
     * other bytes than asked for; INVALID_RANGE when the object ends before the range does.
     *
     * @param ifMatch ETag that the object must still have (CHANGED otherwise), or {@link ETag#ANY}
     */
    byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch);

    /**
     * Writes a whole object, atomically: a reader sees the old bytes or the new ones. CHANGED if the condition fails, and
     * then nothing was written; of several writers that race under {@link PutCondition.IfAbsent} exactly one succeeds, and
     * likewise under {@link PutCondition.IfMatch} of the same ETag.
     */
    ETag put(ObjectKey key, byte[] body, PutCondition condition);

    /** Writes a new object; empty, with nothing written, if there is one already. Of writers that race exactly one succeeds. */
    default Optional<ETag> create(ObjectKey key, byte[] body) {
        try {
            return Optional.of(put(key, body, PutCondition.ifAbsent()));
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CHANGED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Starts an object too large for one array, written in parts; invisible until completed, then it replaces any other. */
    ObjectUpload upload(ObjectKey key);

    /**
     * Objects whose key starts with {@code prefix} and comes after {@code after}, in the order of {@link ObjectKey}.
     * Fewer than {@code limit} are the last ones.
     *
     * @param prefix beginning of the keys, not necessarily a whole segment; empty for all
     * @param after any text; empty for the first page, the last key of a page for the next
     * @param limit 1 to {@link #MAX_LISTED}
     */
    List<ObjectInfo> list(String prefix, String after, int limit);

    /** All objects whose key starts with {@code prefix}, in order; each page is listed when the one before it is used up. */
    default Stream<ObjectInfo> listAll(String prefix) {
        return listAll(prefix, "");
    }

    /** The objects of {@link #listAll(String)} whose key comes after {@code after}. */
    default Stream<ObjectInfo> listAll(String prefix, String after) {
        return Stream.iterate(
                        list(prefix, after, MAX_LISTED),
                        page -> !page.isEmpty(),
                        page -> page.size() < MAX_LISTED
                                ? List.<ObjectInfo>of()
                                : list(prefix, page.getLast().key().value(), MAX_LISTED))
                .flatMap(List::stream);
    }

    /** Removes the object; no error if it is not there. */
    void delete(ObjectKey key);

    /**
     * Uploads of keys that begin with {@code prefix} and were neither completed nor closed, those under way among them. A
     * store whose uploads leave nothing behind, or which cleans up by itself, has none.
     *
     * @param prefix beginning of the keys; empty for all
     */
    default List<UnfinishedUpload> unfinishedUploads(String prefix) {
        return List.of();
    }

    /** Gives up an unfinished upload and what was stored of it; no error if it is not there any more. */
    default void abort(UnfinishedUpload upload) {}

    /** Gives back what this object itself has opened; a store on a shared connection leaves that open. */
    @Override
    void close();
}
