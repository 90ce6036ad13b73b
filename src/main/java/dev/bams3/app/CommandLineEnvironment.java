package dev.bams3.app;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.cli.CommandEnvironment;
import dev.bams3.error.ReadsException;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;

/** The service's own settings and parts for commands, without a Spring context: a command starts in tenths of a second. */
final class CommandLineEnvironment implements CommandEnvironment {
    private final ReadConfiguration parts = new ReadConfiguration();
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService cpu = parts.cpu();
    private final Map<StoreUri, ObjectStore> opened = new HashMap<>();
    // Closed last to first.
    private final ArrayDeque<AutoCloseable> closing = new ArrayDeque<>();

    private @Nullable Settings settings;
    private @Nullable Stores stores;
    private @Nullable ReadsQuery query;

    /** @throws ReadsException INVALID_INPUT, naming the setting */
    private Settings settings() {
        if (settings == null) {
            StandardEnvironment environment = new StandardEnvironment();
            ConfigurationPropertySources.attach(environment);
            try {
                settings = Binder.get(environment).bindOrCreate("bams3", Settings.class);
            } catch (RuntimeException e) {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    if (cause instanceof ReadsException named) {
                        throw named;
                    }
                }
                throw ReadsException.invalidInput("settings", String.valueOf(e.getMessage()));
            }
        }
        return settings;
    }

    @Override
    public StoreUri datasets() {
        return StoreUri.parse("bams3.store", settings().store());
    }

    @Override
    public synchronized ObjectStore store(StoreUri root) {
        if (stores == null) {
            stores = new Stores(settings().s3().toS3Settings());
            closing.push(stores);
        }
        ObjectStore store = opened.get(root);
        if (store == null) {
            store = stores.open(root);
            opened.put(root, store);
            closing.push(store);
        }
        return store;
    }

    @Override
    public synchronized ReadsQuery query() {
        if (query == null) {
            ChunkFetcher fetcher = parts.chunkFetcher(settings());
            closing.push(fetcher);
            BgzfDeflaters deflaters = parts.bgzfDeflaters(settings());
            closing.push(deflaters);
            query = parts.readsQuery(settings(), fetcher, cpu, deflaters);
            closing.push(query);
        }
        return query;
    }

    @Override
    public ExecutorService cpu() {
        return cpu;
    }

    @Override
    public ExecutorService waiting() {
        return waiting;
    }

    @Override
    public void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                // The command has ended, with its own message; nothing depends on this any more.
                System.Logger log = System.getLogger(CommandLineEnvironment.class.getName());
                log.log(System.Logger.Level.DEBUG, "not closed", e);
            }
        }
    }
}
