package dev.bams3.app;

import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import dev.bams3.storage.http.WebConnection;
import dev.bams3.storage.http.WebSettings;
import dev.bams3.storage.s3.S3Connection;
import dev.bams3.storage.s3.S3Settings;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens stores by address: the one place that knows the adapters. Owns the connections, which all stores share. */
final class Stores implements AutoCloseable {
    private final Supplier<S3Settings> settings;
    private @Nullable S3Connection connection;
    private @Nullable WebConnection web;

    /** @param settings asked for when a store is first opened that is not a folder of this machine */
    Stores(Supplier<S3Settings> settings) {
        this.settings = settings;
    }

    /** Opens a store that may read from wherever its server redirects to. The caller closes it before this. */
    ObjectStore open(StoreUri uri) {
        return open(uri, redirect -> true);
    }

    /**
     * Opens a store. The caller closes it before this.
     *
     * @param redirects the addresses that a web server may redirect to
     */
    ObjectStore open(StoreUri uri, Predicate<ObjectUri> redirects) {
        return switch (uri) {
            case StoreUri.Folder folder -> new FolderObjectStore(folder);
            case StoreUri.Bucket bucket -> connection().store(bucket);
            case StoreUri.Web root -> web().store(root, redirects);
            case StoreUri.Memory ignored -> new MemoryObjectStore();
        };
    }

    // Made when a bucket is first asked for: it looks for a region, and takes half a second.
    private synchronized S3Connection connection() {
        if (connection == null) {
            connection = S3Connection.open(settings.get());
        }
        return connection;
    }

    private synchronized WebConnection web() {
        if (web == null) {
            S3Settings limits = settings.get();
            web = WebConnection.open(new WebSettings(
                    limits.connectTimeout(), limits.attemptTimeout(), limits.attempts(), limits.firstBackoff()));
        }
        return web;
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
        if (web != null) {
            web.close();
        }
    }
}
