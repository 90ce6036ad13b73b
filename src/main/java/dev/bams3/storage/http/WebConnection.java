package dev.bams3.storage.http;

import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import java.net.http.HttpClient;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One pool of connections to web servers, from which stores are opened. A process has one. Its calls block and end at once
 * when their thread is interrupted. Closing it closes the connections under all its stores.
 *
 * <p>Failed calls are retried here (server errors, throttling, broken connections and bodies, timeouts).
 */
public final class WebConnection implements AutoCloseable {
    private final HttpClient client;
    private final WebSettings settings;

    private WebConnection(HttpClient client, WebSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** Makes no request. */
    public static WebConnection open(WebSettings settings) {
        return new WebConnection(client(settings), settings);
    }

    static HttpClient client(WebSettings settings) {
        return HttpClient.newBuilder()
                // One connection for each range in flight: the window of a shared one would be what limits them.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .build();
    }

    /**
     * The files below an address. Closing the store leaves this connection open.
     *
     * @param redirects whether a file may be read from another address that its server names
     */
    public ObjectStore store(StoreUri.Web root, Predicate<ObjectUri> redirects) {
        return new WebObjectStore(Optional.of(client), settings, root, redirects);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
