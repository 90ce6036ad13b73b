package dev.bams3.source;

import dev.bams3.source.cram.CramBytes;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * A file to convert, pinned to the bytes it had when it was opened: reads after a replacement fail as CHANGED.
 *
 * @param store holds it; stays the caller's
 * @param key its key
 * @param size bytes
 * @param etag identity of these bytes
 * @param name for messages and for the metadata
 * @param damage counts damaged reads
 */
public record SourceObject(ObjectStore store, ObjectKey key, long size, ETag etag, String name, DamageCheck damage) {
    private static final int READ_AGAIN = 1 << 20;

    /** A file that is named by the location of its store and its key. */
    public SourceObject(ObjectStore store, ObjectKey key, long size, ETag etag) {
        this(store, key, size, etag, nameOf(store.location(), key), new DamageCheck());
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
        return new SourceObject(store, key, size, etag, newName, damage);
    }

    /** Returns the same file, its damaged reads counted by another. */
    public SourceObject counted(DamageCheck newDamage) {
        return new SourceObject(store, key, size, etag, name, newDamage);
    }

    static String nameOf(String location, ObjectKey key) {
        return location.endsWith("/") || location.endsWith(":") ? location + key : location + "/" + key;
    }

    /** Bytes of the pinned object; the range lies inside it. */
    byte[] read(long offset, int length) {
        return store.getRange(key, new ByteRange(offset, length), etag);
    }

    /** Reads bytes and makes something of them, of a second read if the first is damaged. */
    <T> T read(long offset, int length, Function<byte[], T> use) {
        return damage.read(store, key, new ByteRange(offset, length), etag, use);
    }

    /** Whether bytes come over connections, on which they may be damaged. */
    boolean isRemote() {
        return store.fresh() != store;
    }

    /** Reads it again over another connection. */
    byte[] readAgain(long offset, int length) {
        return store.fresh().getRange(key, new ByteRange(offset, length), etag);
    }

    /** Returns the bytes of ranges of a CRAM. */
    CramBytes cram(SourceRanges ranges) {
        Optional<LongFunction<Supplier<byte[]>>> second =
                isRemote() ? Optional.of(this::rangesAgain) : Optional.empty();
        return new CramBytes(ranges::next, second, damage);
    }

    /** Returns what gives the bytes from an offset on over another connection, an empty array after the last. */
    Supplier<byte[]> rangesAgain(long from) {
        AtomicLong at = new AtomicLong(from);
        return () -> {
            int length = (int) Math.min(READ_AGAIN, size - at.get());
            return length == 0 ? new byte[0] : readAgain(at.getAndAdd(length), length);
        };
    }
}
