package dev.bams3.storage.s3;

import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.TestS3;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectStoreContract;
import dev.bams3.storage.StoreUri;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The contract on another S3 server, in a container; skipped where no container engine is. */
@Testcontainers(disabledWithoutDocker = true)
class S3ContainerTest extends ObjectStoreContract {
    private static final AtomicInteger STORES = new AtomicInteger();

    private static TestS3 server;
    private static S3Connection connection;

    @BeforeAll
    static void start() {
        server = TestS3.inContainer();
        connection = server.connect();
    }

    @AfterAll
    static void stop() {
        if (connection != null) {
            connection.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected ObjectStore open() {
        return connection.store(new StoreUri.Bucket(S3ProxyServer.BUCKET, "store-" + STORES.incrementAndGet()));
    }
}
