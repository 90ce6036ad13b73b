package dev.bams3.metrics;

import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoredObject;
import dev.bams3.storage.UnfinishedUpload;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** A store whose calls are timed by operation and outcome, retries included, and whose bytes are counted. */
public final class MeasuredObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final MeterRegistry registry;
    private final Counter bytesRead;

    /** @param store closed with this */
    public MeasuredObjectStore(ObjectStore store, MeterRegistry registry) {
        this.store = store;
        this.registry = registry;
        bytesRead = Counter.builder("bams3.store.bytes.read")
                .description("Bytes that GETs brought")
                .register(registry);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public ObjectStore fresh() {
        return new MeasuredObjectStore(store.fresh(), registry);
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return timed("head", () -> store.head(key));
    }

    @Override
    public StoredObject get(ObjectKey key, int limit) {
        StoredObject object = timed("get", () -> store.get(key, limit));
        bytesRead.increment(object.body().length);
        return object;
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        byte[] bytes = timed("get_range", () -> store.getRange(key, range, ifMatch));
        bytesRead.increment(bytes.length);
        return bytes;
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        return timed("put", () -> store.put(key, body, condition));
    }

    /** The parts of an upload are not calls of this port. */
    @Override
    public ObjectUpload upload(ObjectKey key) {
        return store.upload(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        return timed("list", () -> store.list(prefix, after, limit));
    }

    @Override
    public void delete(ObjectKey key) {
        var _ = timed("delete", () -> {
            store.delete(key);
            return key;
        });
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) {
        return store.unfinishedUploads(prefix);
    }

    @Override
    public void abort(UnfinishedUpload upload) {
        store.abort(upload);
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T timed(String operation, Supplier<T> call) {
        Timer.Sample sample = Timer.start(registry);
        String outcome = "failed";
        try {
            T result = call.get();
            outcome = "ok";
            return result;
        } catch (ReadsException e) {
            outcome = e.kind().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            sample.stop(Timer.builder("bams3.store.calls")
                    .description("Calls of the store, retries included")
                    .tags("operation", operation, "outcome", outcome)
                    .serviceLevelObjectives(
                            Duration.ofMillis(5),
                            Duration.ofMillis(10),
                            Duration.ofMillis(25),
                            Duration.ofMillis(50),
                            Duration.ofMillis(100),
                            Duration.ofMillis(250),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(30))
                    .register(registry));
        }
    }
}
