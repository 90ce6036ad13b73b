package dev.bams3.app;

import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import dev.bams3.storage.s3.S3Connection;
import dev.bams3.storage.s3.S3Settings;
import org.jspecify.annotations.Nullable;

/** Opens stores by address: the one place that knows the adapters. Owns the connections to S3, which all buckets share. */
final class Stores implements AutoCloseable {
    private final S3Settings settings;
    private @Nullable S3Connection connection;

    Stores(S3Settings settings) {
        this.settings = settings;
    }

    /** The caller closes the store before this. */
    ObjectStore open(StoreUri uri) {
        return switch (uri) {
            case StoreUri.Folder folder -> new FolderObjectStore(folder);
            case StoreUri.Bucket bucket -> connection().store(bucket);
            case StoreUri.Memory ignored -> new MemoryObjectStore();
        };
    }

    // Made when a bucket is first asked for: it looks for a region, and takes half a second.
    private synchronized S3Connection connection() {
        if (connection == null) {
            connection = S3Connection.open(settings);
        }
        return connection;
    }

    /** Attempts beyond the first of calls to S3 so far. */
    synchronized long retries() {
        return connection == null ? 0 : connection.retries();
    }

    /** Answers of S3 so far that asked for fewer requests. */
    synchronized long throttled() {
        return connection == null ? 0 : connection.throttled();
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
