package dev.bams3.storage.s3;

import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectStoreContract;
import dev.bams3.storage.StoreUri;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract on another S3 server, in a container; skipped where no container engine is. */
@Testcontainers(disabledWithoutDocker = true)
class S3ContainerTest extends ObjectStoreContract {
    private static final int PORT = 7070;
    private static final String BUCKET = "bams3-test";
    private static final AtomicInteger STORES = new AtomicInteger();

    @Container
    private static final GenericContainer<?> SERVER = new GenericContainer<>("versity/versitygw:v1.8.0")
            .withEnv("ROOT_ACCESS_KEY", S3ProxyServer.ACCESS_KEY)
            .withEnv("ROOT_SECRET_KEY", S3ProxyServer.SECRET_KEY)
            .withEnv("VGW_PORT", ":" + PORT)
            .withEnv("VGW_HEALTH", "/health")
            .withCommand("posix", "/tmp")
            .withExposedPorts(PORT)
            .waitingFor(Wait.forHttp("/health").forPort(PORT));

    private static S3Connection connection;

    @BeforeAll
    static void start() {
        URI endpoint = URI.create("http://" + SERVER.getHost() + ":" + SERVER.getMappedPort(PORT));
        try (S3Client client = S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3ProxyServer.ACCESS_KEY, S3ProxyServer.SECRET_KEY)))
                .httpClientBuilder(Apache5HttpClient.builder())
                .build()) {
            client.createBucket(request -> request.bucket(BUCKET));
        }
        connection = S3Connection.open(S3ProxyServer.settings(endpoint), S3ProxyServer.CREDENTIALS);
    }

    @AfterAll
    static void stop() {
        if (connection != null) {
            connection.close();
        }
    }

    @Override
    protected ObjectStore open() {
        return connection.store(new StoreUri.Bucket(BUCKET, "store-" + STORES.incrementAndGet()));
    }
}
