package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory: what {@link ObjectStore} promises, in the fewest words. For tests and for trying things out; it holds
 * all that is written to it, and closing it forgets nothing.
 */
public final class MemoryObjectStore implements ObjectStore {
    private final ConcurrentSkipListMap<ObjectKey, Entry> objects = new ConcurrentSkipListMap<>();
    private final AtomicLong writes = new AtomicLong();

    private record Entry(byte[] body, ETag etag, Instant modified) {}

    @Override
    public String location() {
        return "memory:";
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return info(key, entry(key));
    }

    @Override
    public StoredObject get(ObjectKey key, int limit) {
        Entry entry = entry(key);
        if (entry.body.length > limit) {
            throw failure(ErrorKind.TOO_LARGE, key, entry.body.length + " bytes, where at most " + limit + " fit");
        }
        return new StoredObject(entry.body.clone(), entry.etag);
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        Entry entry = entry(key);
        if (!ifMatch.matches(entry.etag)) {
            throw failure(ErrorKind.CHANGED, key, "the object was replaced");
        }
        if (range.end() > entry.body.length) {
            throw failure(ErrorKind.INVALID_RANGE, key, range + " ends behind its " + entry.body.length + " bytes");
        }
        return Arrays.copyOfRange(entry.body, Math.toIntExact(range.offset()), Math.toIntExact(range.end()));
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        Entry entry = new Entry(body.clone(), new ETag("\"" + writes.incrementAndGet() + "\""), Instant.now());
        objects.compute(key, (same, present) -> {
            if (!holds(condition, present)) {
                throw failure(ErrorKind.CHANGED, key, "another writer was first");
            }
            return entry;
        });
        return entry.etag;
    }

    private static boolean holds(PutCondition condition, @Nullable Entry present) {
        return switch (condition) {
            case PutCondition.Always() -> true;
            case PutCondition.IfAbsent() -> present == null;
            case PutCondition.IfMatch(ETag etag) -> present != null && etag.matches(present.etag);
        };
    }

    @Override
    public ObjectUpload upload(ObjectKey key) {
        return new Upload(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().value().startsWith(prefix))
                .filter(entry -> ObjectKey.compare(entry.getKey().value(), after) > 0)
                .limit(limit)
                .map(entry -> info(entry.getKey(), entry.getValue()))
                .toList();
    }

    @Override
    public void delete(ObjectKey key) {
        objects.remove(key);
    }

    @Override
    public void close() {}

    private Entry entry(ObjectKey key) {
        Entry entry = objects.get(key);
        if (entry == null) {
            throw failure(ErrorKind.NOT_FOUND, key, "no such object");
        }
        return entry;
    }

    private static ObjectInfo info(ObjectKey key, Entry entry) {
        return new ObjectInfo(key, entry.body.length, entry.etag, entry.modified);
    }

    private static ReadsException failure(ErrorKind kind, ObjectKey key, String message) {
        return ReadsException.about(kind, "memory:" + key, message);
    }

    private final class Upload implements ObjectUpload {
        private final ObjectKey key;
        private @Nullable ByteArrayOutputStream written = new ByteArrayOutputStream();

        Upload(ObjectKey key) {
            this.key = key;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            open().write(buffer, offset, length);
        }

        @Override
        public ETag complete() {
            byte[] body = open().toByteArray();
            written = null;
            return put(key, body, PutCondition.always());
        }

        private ByteArrayOutputStream open() {
            if (written == null) {
                throw new IllegalStateException("the upload of " + key + " has ended");
            }
            return written;
        }

        @Override
        public void close() {
            written = null;
        }
    }
}
