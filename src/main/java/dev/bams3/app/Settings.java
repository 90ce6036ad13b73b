package dev.bams3.app;

import static dev.bams3.app.SettingChecks.atLeast;
import static dev.bams3.app.SettingChecks.check;
import static dev.bams3.app.SettingChecks.present;
import static dev.bams3.app.SettingChecks.range;
import static dev.bams3.app.SettingChecks.wrong;

import dev.bams3.access.TokenKeys;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Settings;
import dev.bams3.storage.s3.S3Settings.Checksums;
import dev.bams3.web.TrustedProxies;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.unit.DataSize;

/**
 * Everything that can be configured, with its default: property {@code bams3.s3.path-style}, environment variable
 * {@code BAMS3_S3_PATH_STYLE}. An empty text counts as absent. Unknown keys stop the start ({@link UnknownSettings}).
 *
 * @param store root of the datasets: `file:/path`, `file:./relative`, `s3://bucket/prefix`, `memory:` for tests
 * @param demo whether a small simulated dataset `demo` is made if the store has none; absent: only where {@code store} is
 *     absent too
 * @param publicUrl `http(s)://host[:port][/prefix]` that addresses in tickets begin with; absent: each request's own
 * @param s3 the S3 client
 * @param admin the admin surface
 * @param auth tokens that say who asks
 * @param access who may read which datasets
 * @param link capability links
 * @param sources roots that conversions of the admin surface may read below: `s3://bucket/prefix`, `https://host/path`, `file:/path`, comma
 *     separated; none: any bucket that the credentials reach, and the store itself where it is a folder
 * @param jobs conversions by the admin surface
 * @param limit what one caller may ask for
 * @param sweep removing what no reader can reach any more
 * @param ticket signed addresses
 * @param cors pages of other origins
 * @param proxy what stands in front
 * @param request bounds of a request
 * @param cache what is kept of datasets that were read
 * @param fetch what reading may take of the process
 * @param encode what making answers may take of the process
 * @param cohort requests for several datasets at once
 * @param service what service-info says
 * @param health when the service calls itself unhealthy
 * @param page the page at `/`
 */
@ConfigurationProperties(prefix = "bams3", ignoreUnknownFields = false)
public record Settings(
        @DefaultValue(DEFAULT_STORE) String store,
        @Nullable Boolean demo,
        @Nullable String publicUrl,
        @DefaultValue S3 s3,
        @DefaultValue AdminSettings admin,
        @DefaultValue AuthSettings auth,
        @DefaultValue AccessSettings access,
        @DefaultValue LinkSettings link,
        @DefaultValue List<String> sources,
        @DefaultValue JobsSettings jobs,
        @DefaultValue LimitSettings limit,
        @DefaultValue SweepSettings sweep,
        @DefaultValue Ticket ticket,
        @DefaultValue Cors cors,
        @DefaultValue Proxy proxy,
        @DefaultValue Request request,
        @DefaultValue Cache cache,
        @DefaultValue Fetch fetch,
        @DefaultValue Encode encode,
        @DefaultValue CohortSettings cohort,
        @DefaultValue Service service,
        @DefaultValue HealthSettings health,
        @DefaultValue PageSettings page) {
    static final String DEFAULT_STORE = "file:./data";

    public Settings {
        demo = demo != null ? demo : store.isBlank() || store.equals(DEFAULT_STORE);
        store = store.isBlank() ? DEFAULT_STORE : store;
        publicUrl = checkedUrl("bams3.public-url", publicUrl);
        sources = present(sources);
        sources.forEach(root -> StoreUri.parseSources("bams3.sources", root));
        if (admin.requiredScope().isPresent() && !auth.isConfigured()) {
            throw wrong(
                    "bams3.auth.issuer",
                    "is needed beside bams3.admin.scope: without an issuer no token has a scope,"
                            + " and the admin surface would refuse everybody");
        }
    }

    /** Whether {@link #ofProcess} would find anything but defaults. */
    static boolean areInProcess() {
        return Stream.concat(System.getenv().keySet().stream(), System.getProperties().stringPropertyNames().stream())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.startsWith("bams3_") || name.startsWith("bams3."));
    }

    /**
     * From environment variables and system properties alone, for commands.
     *
     * @throws ReadsException INVALID_INPUT for an unknown name or a wrong value
     */
    static Settings ofProcess() {
        StandardEnvironment environment = new StandardEnvironment();
        UnknownSettings.check(environment);
        try {
            return Binder.get(environment).bindOrCreate("bams3", Settings.class);
        } catch (BindException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ReadsException known) {
                    throw known;
                }
            }
            throw ReadsException.invalidInput("bams3", "settings: " + e.getMessage());
        }
    }

    /** Returns the settings of S3, with a connection for each GET in flight and some for metadata. */
    S3Settings toS3Settings() {
        return s3.toS3Settings(fetch.gets());
    }

    /** Whether the datasets are those of the embedded default, for trying things out. */
    boolean isDefaultStore() {
        return store.equals(DEFAULT_STORE);
    }

    boolean wantsDemo() {
        return Boolean.TRUE.equals(demo);
    }

    Optional<String> publicAddress() {
        return Optional.ofNullable(publicUrl);
    }

    /**
     * The S3 client; credentials come from the AWS SDK's default chain. The meaning of each component is that of
     * {@link S3Settings}.
     *
     * @param endpoint of an S3-compatible server; absent: AWS
     * @param region absent: `AWS_REGION` or the profile
     * @param pathStyle whether the bucket stands in the path instead of the host name
     * @param checksums {@code when_supported}, or {@code when_required} for servers that do not know the newer checksums
     * @param maxConnections at one time, {@code bams3.fetch.gets} or more; absent: twice as many
     * @param connectTimeout longest wait for a connection
     * @param readTimeout longest silence in an answer
     * @param attemptTimeout longest duration of one attempt, body included
     * @param attempts of a call, the first included
     * @param partSize bytes of a part of an upload
     * @param anonymousBuckets names, comma separated, or `*`: asked without credentials
     * @param requesterPaysBuckets names, comma separated, or `*`: asked on the account of the credentials
     */
    public record S3(
            @Nullable String endpoint,
            @Nullable String region,
            @DefaultValue("false") boolean pathStyle,
            @DefaultValue("when_supported") Checksums checksums,
            @Nullable Integer maxConnections,
            @DefaultValue("5s") Duration connectTimeout,
            @DefaultValue("15s") Duration readTimeout,
            @DefaultValue("60s") Duration attemptTimeout,
            @DefaultValue("4") int attempts,
            @DefaultValue("16MB") DataSize partSize,
            @DefaultValue List<String> anonymousBuckets,
            @DefaultValue List<String> requesterPaysBuckets) {
        public S3 {
            endpoint = checkedUrl("bams3.s3.endpoint", endpoint);
            region = present(region);
        }

        private S3Settings toS3Settings(int gets) {
            check(
                    maxConnections == null || maxConnections >= gets,
                    "bams3.s3.max-connections",
                    "must be bams3.fetch.gets (" + gets + ") or more, is " + maxConnections);
            try {
                return new S3Settings(
                        endpoint == null ? null : URI.create(endpoint),
                        region,
                        pathStyle,
                        checksums,
                        maxConnections == null ? 2 * gets : maxConnections,
                        connectTimeout,
                        readTimeout,
                        attemptTimeout,
                        attempts,
                        S3Settings.DEFAULT.firstBackoff(),
                        Math.toIntExact(partSize.toBytes()),
                        new S3Settings.Access(
                                Set.copyOf(present(anonymousBuckets)), Set.copyOf(present(requesterPaysBuckets))));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw wrong("bams3.s3", String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * Signed addresses in tickets.
     *
     * @param key secrets of at least 32 characters, comma separated: the first signs, all are accepted. Absent: a random one,
     *     so that tickets end with the process and several replicas refuse each other's
     * @param ttl how long an address is accepted, 1 minute to 7 days: a whole download of its slices must fit
     * @param sliceSize estimated bytes of BAM of one address, 64 KiB to 1 GiB
     * @param cache bytes of headers as they stand in tickets, and half as much for the places of blocks in slices
     */
    public record Ticket(
            @DefaultValue List<String> key,
            @DefaultValue("6h") Duration ttl,
            @DefaultValue("32MB") DataSize sliceSize,
            @DefaultValue("16MB") DataSize cache) {
        public Ticket {
            key = present(key);
            check(
                    key.stream().allMatch(text -> bytes(text).length >= TokenKeys.MIN_KEY_BYTES),
                    "bams3.ticket.key",
                    "each key needs at least " + TokenKeys.MIN_KEY_BYTES + " characters (openssl rand -base64 32)");
            range("bams3.ticket.ttl", ttl, "1m", "7d");
            range("bams3.ticket.slice-size", sliceSize, "64KB", "1GB");
            atLeast("bams3.ticket.cache", cache, "0");
        }

        List<byte[]> keys() {
            return key.stream().map(Ticket::bytes).toList();
        }

        private static byte[] bytes(String key) {
            return key.getBytes(StandardCharsets.UTF_8);
        }

        /** A record's own text would show the secret. */
        @Override
        public String toString() {
            return "Ticket[" + key.size() + " keys, ttl=" + ttl + ", sliceSize=" + sliceSize + ", cache=" + cache + "]";
        }
    }

    /**
     * Pages of other origins.
     *
     * @param origins `https://host[:port]`, comma separated; `*` for all, which gives away nothing that a request without a
     *     browser would not get
     */
    public record Cors(@DefaultValue("*") List<String> origins) {
        public Cors {
            for (String origin : origins) {
                check(
                        origin.equals("*") || origin.matches("https?://[^/\\s]+"),
                        "bams3.cors.origins",
                        "'" + origin + "' is neither * nor http(s)://host[:port]");
            }
        }
    }

    /**
     * What stands in front.
     *
     * @param trusted networks whose {@code Forwarded} and {@code X-Forwarded-*} are believed, `10.0.0.0/8`, comma separated; the
     *     default is loopback and the private networks, from which no stranger comes
     */
    public record Proxy(
            @DefaultValue({
                "127.0.0.0/8",
                "::1",
                "10.0.0.0/8",
                "172.16.0.0/12",
                "192.168.0.0/16",
                "100.64.0.0/10",
                "fc00::/7"
            })
            List<String> trusted) {
        public Proxy {
            trusted = present(trusted);
            for (String network : trusted) {
                try {
                    TrustedProxies.Network.parse(network);
                } catch (IllegalArgumentException e) {
                    throw wrong(
                            "bams3.proxy.trusted", "'" + network + "' is not an address or a network as 10.0.0.0/8");
                }
            }
        }
    }

    /**
     * Bounds of a request.
     *
     * @param maxBody bytes of a POST's JSON, 1 KiB to 16 MiB
     * @param maxRegions regions of a POST, 1 to 100,000
     * @param stallTimeout how long a client may neither take a byte of its answer nor send one of its request, 1 second to 1
     *     hour; then its connection is broken off, and the memory held for it is free
     * @param receiveTimeout for the whole head of a request, and again for its whole body, 1 second to 1 hour; then its
     *     connection is closed
     * @param deadline until the first byte of an answer, 1 second to 1 hour, whatever is waited for; the admin surface aside
     */
    public record Request(
            @DefaultValue("1MB") DataSize maxBody,
            @DefaultValue("10000") int maxRegions,
            @DefaultValue("60s") Duration stallTimeout,
            @DefaultValue("30s") Duration receiveTimeout,
            @DefaultValue("50s") Duration deadline) {
        public Request {
            range("bams3.request.max-body", maxBody, "1KB", "16MB");
            range("bams3.request.max-regions", maxRegions, 1, 100_000);
            range("bams3.request.stall-timeout", stallTimeout, "1s", "1h");
            range("bams3.request.receive-timeout", receiveTimeout, "1s", "1h");
            range("bams3.request.deadline", deadline, "1s", "1h");
        }
    }

    /**
     * What is kept of datasets that were read. The meaning of each component is that of {@link DatasetCacheSettings}.
     *
     * @param metadataTtl how long a dataset is served as it was last seen; a replaced one is noticed by then
     * @param missingTtl how long an id is taken for unknown
     * @param metadata bytes of metadata, about
     * @param headers bytes of header texts, about
     * @param indexes bytes of block lists and of the indexes of virtual files, about; absent: an eighth of the heap, 64 to
     *     128 MiB. A human genome at 30x has 27 MB of block lists, and a CSI of 13 MB
     * @param blocks bytes of stored blocks that small queries have read, about; absent: a sixteenth of the heap, at most
     *     256 MiB; 0 keeps none
     */
    public record Cache(
            @DefaultValue("10s") Duration metadataTtl,
            @DefaultValue("2s") Duration missingTtl,
            @DefaultValue("32MB") DataSize metadata,
            @DefaultValue("16MB") DataSize headers,
            @Nullable DataSize indexes,
            @Nullable DataSize blocks) {
        public Cache {
            if (blocks != null) {
                atLeast("bams3.cache.blocks", blocks, "0");
            }
        }

        long blockBytes() {
            return blocks == null ? Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 16) : blocks.toBytes();
        }

        long indexBytes() {
            return indexes == null
                    ? Math.clamp(Runtime.getRuntime().maxMemory() / 8, 64L << 20, 128L << 20)
                    : indexes.toBytes();
        }

        DatasetCacheSettings toDatasetCacheSettings() {
            try {
                return new DatasetCacheSettings(
                        metadataTtl, missingTtl, metadata.toBytes(), headers.toBytes(), indexBytes());
            } catch (IllegalArgumentException e) {
                throw wrong("bams3.cache", String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * What reading may take of the process, all requests together.
     *
     * @param gets ranged GETs in flight, 1 to 1,024
     * @param getsPerRequest of one request, 1 to {@code gets}
     * @param memory stored bytes held, 16 MiB or more; encoded bytes that wait for their client may take as many again
     * @param readAhead stored bytes that one request fetches ahead, 64 KiB to {@code memory}
     * @param waiting requests that may wait for memory or a turn, 0 to 100,000; more are refused with Retry-After
     */
    public record Fetch(
            @DefaultValue("64") int gets,
            @DefaultValue("8") int getsPerRequest,
            @DefaultValue("128MB") DataSize memory,
            @DefaultValue("16MB") DataSize readAhead,
            @DefaultValue("1000") int waiting) {
        public Fetch {
            range("bams3.fetch.gets", gets, 1, 1024);
            check(
                    getsPerRequest >= 1 && getsPerRequest <= gets,
                    "bams3.fetch.gets-per-request",
                    "must be 1 to bams3.fetch.gets, is " + getsPerRequest);
            atLeast("bams3.fetch.memory", memory, "16MB");
            check(
                    readAhead.toBytes() >= 65_536 && readAhead.compareTo(memory) <= 0,
                    "bams3.fetch.read-ahead",
                    "must be 64KB to bams3.fetch.memory, is " + readAhead);
            range("bams3.fetch.waiting", waiting, 0, 100_000);
        }
    }

    /**
     * What making answers may take of the process, all requests together.
     *
     * @param memory encoded bytes held, 8 MiB or more
     * @param level of compression of BAM, 1 (fastest) to 9
     */
    public record Encode(
            @DefaultValue("64MB") DataSize memory,
            @DefaultValue("1") int level) {
        public Encode {
            atLeast("bams3.encode.memory", memory, "8MB");
            range("bams3.encode.level", level, 1, 9);
        }
    }

    /**
     * What service-info says.
     *
     * @param id reverse domain name of this installation
     * @param name for people
     * @param organizationName who runs it
     * @param organizationUrl their address
     */
    public record Service(
            @DefaultValue("dev.bams3.server") String id,
            @DefaultValue("bams3-server") String name,
            @DefaultValue("unnamed") String organizationName,
            @DefaultValue("https://example.org") String organizationUrl) {}

    private static @Nullable String checkedUrl(String key, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw wrong(key, "'" + text + "' is not a URL");
        }
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        check(
                web && uri.getHost() != null && uri.getRawQuery() == null && uri.getRawFragment() == null,
                key,
                "'" + text + "' is not http(s)://host[:port][/path]");
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
