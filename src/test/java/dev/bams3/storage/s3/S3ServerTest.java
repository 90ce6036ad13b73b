package dev.bams3.storage.s3;

import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectStoreContract;
import dev.bams3.storage.StoreUri;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The contract on a server of your own: {@code BAMS3_TEST_S3_ENDPOINT} and {@code BAMS3_TEST_S3_BUCKET} say where, the usual
 * AWS variables with which credentials, and {@code BAMS3_TEST_S3_CHECKSUMS} (WHEN_REQUIRED) and
 * {@code BAMS3_TEST_S3_REPLACES} (false) what it lacks: Ceph before version 20 both. Writes under a prefix of its own and leaves that behind.
 */
@EnabledIfEnvironmentVariable(named = "BAMS3_TEST_S3_ENDPOINT", matches = "http.*")
class S3ServerTest extends ObjectStoreContract {
    private static S3Connection connection;

    @BeforeAll
    static void connect() {
        S3Settings usual = S3ProxyServer.settings(URI.create(System.getenv("BAMS3_TEST_S3_ENDPOINT")));
        String checksums = System.getenv("BAMS3_TEST_S3_CHECKSUMS");
        connection = S3Connection.open(new S3Settings(
                usual.endpoint(),
                null,
                true,
                checksums == null ? usual.checksums() : S3Settings.Checksums.valueOf(checksums),
                usual.maxConnections(),
                usual.connectTimeout(),
                usual.readTimeout(),
                usual.attemptTimeout(),
                usual.attempts(),
                Duration.ofMillis(50),
                usual.partSize(),
                usual.access()));
    }

    @AfterAll
    static void disconnect() {
        connection.close();
    }

    @Override
    protected ObjectStore open() {
        String bucket = System.getenv("BAMS3_TEST_S3_BUCKET");
        return connection.store(new StoreUri.Bucket(String.valueOf(bucket), "contract/" + UUID.randomUUID()));
    }

    @Override
    protected boolean replacesConditionally() {
        return !"false".equals(System.getenv("BAMS3_TEST_S3_REPLACES"));
    }
}
