package dev.bams3.storage.s3;

import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * One pool of connections to S3, from which stores on any number of buckets are opened. A process has one. Its calls block;
 * they are meant for virtual threads, whose interruption ends a call at once (a call on a platform thread ends with its
 * attempt). Closing it closes the connections under all its stores.
 *
 * <p>Failed calls are retried here (server errors, throttling, broken connections and bodies, timeouts), with a budget of
 * retries over all calls, so that a dead server is not asked several times as often. Where the server asks for fewer requests,
 * each refused call waits and is tried more often than others; calls that are not refused do not wait.
 */
public final class S3Connection implements AutoCloseable {
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final S3Settings settings;
    private final AttemptCounts counts = new AttemptCounts();
    private final Map<Manner, S3Client> clients = new ConcurrentHashMap<>();
    private final SdkHttpClient http;
    private final AwsCredentialsProvider credentials;
    private final Region region;

    /**
     * The settings that differ between the clients of one connection, which share its pool.
     *
     * @param fresh whether each call opens a connection of its own, outside the pool
     */
    private record Manner(boolean anonymous, boolean pathStyle, boolean fresh) {}

    private S3Connection(S3Settings settings, AwsCredentialsProvider credentials) {
        this.settings = settings;
        this.credentials = credentials;
        region = region(settings);
        http = http().maxConnections(settings.maxConnections()).build();
    }

    private Apache5HttpClient.Builder http() {
        return Apache5HttpClient.builder()
                .connectionTimeout(settings.connectTimeout())
                .connectionAcquisitionTimeout(settings.connectTimeout())
                .socketTimeout(settings.readTimeout())
                .tcpKeepAlive(true);
    }

    /** Makes no request: that credentials or server are wrong shows with the first call. */
    public static S3Connection open(S3Settings settings) {
        return open(settings, (S3Credentials) null);
    }

    /** Opens a connection with a fixed key pair, or the default chain for null. */
    public static S3Connection open(S3Settings settings, @Nullable S3Credentials credentials) {
        return new S3Connection(settings, provider(credentials));
    }

    private S3Client client(Manner manner) {
        boolean always = settings.checksums() == S3Settings.Checksums.WHEN_SUPPORTED;
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(manner.anonymous() ? AnonymousCredentialsProvider.create() : credentials)
                .forcePathStyle(manner.pathStyle())
                .region(region)
                .serviceConfiguration(configuration -> configuration
                        // Bodies signed in chunks are the other thing that older servers do not take, at least empty
                        // ones.
                        .chunkedEncodingEnabled(always)
                        .useArnRegionEnabled(true))
                .requestChecksumCalculation(
                        always ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(
                        always ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(configuration -> configuration
                        .apiCallAttemptTimeout(settings.attemptTimeout())
                        .retryStrategy(new S3Retries(settings))
                        .addExecutionInterceptor(counts)
                        .addExecutionInterceptor(new RequesterPays(settings.access())));
        if (manner.fresh()) {
            builder.httpClientBuilder(http().connectionTimeToLive(AT_ONCE).connectionMaxIdleTime(AT_ONCE));
        } else {
            builder.httpClient(http);
        }
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        } else {
            // A source may lie in a bucket of another region than the store.
            builder.crossRegionAccessEnabled(true);
        }
        return builder.build();
    }

    private static AwsCredentialsProvider provider(@Nullable S3Credentials credentials) {
        return credentials == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey()));
    }

    private static Region region(S3Settings settings) {
        if (settings.region() != null) {
            return Region.of(settings.region());
        }
        try {
            AwsRegionProvider chain = settings.endpoint() == null
                    // Asks the instance it runs on, too.
                    ? DefaultAwsRegionProviderChain.builder().build()
                    : new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider());
            return chain.getRegion();
        } catch (SdkClientException e) {
            // AWS says where a bucket is, and other servers take the region of a signature as it comes.
            return Region.US_EAST_1;
        }
    }

    /** The objects below a prefix of a bucket. Closing the store leaves this connection open. */
    public ObjectStore store(StoreUri.Bucket bucket) {
        boolean anonymous = settings.access().isAnonymous(bucket.bucket());
        boolean pathStyle = settings.pathStyle() && !bucket.isAccessPoint();
        Manner fresh = new Manner(anonymous, pathStyle, true);
        return new S3ObjectStore(
                clients.computeIfAbsent(new Manner(anonymous, pathStyle, false), this::client),
                () -> clients.computeIfAbsent(fresh, this::client),
                bucket,
                settings.partSize());
    }

    /** Attempts beyond the first, of all calls so far. */
    public long retries() {
        return counts.retries();
    }

    /** Answers so far by which the server asked for fewer requests. */
    public long throttled() {
        return counts.throttled();
    }

    @Override
    public void close() {
        clients.values().forEach(S3Client::close);
        http.close();
    }
}
