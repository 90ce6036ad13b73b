package dev.bams3.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectStoreContract;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.UnfinishedUpload;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import software.amazon.awssdk.core.sync.RequestBody;

/** The contract on S3Proxy, and what only a bucket has. Misbehaving servers are {@link S3FaultsTest}'s. */
class S3ObjectStoreTest extends ObjectStoreContract {
    private static final ObjectKey KEY = new ObjectKey("a/b");
    private static final AtomicInteger STORES = new AtomicInteger();

    private static S3ProxyServer server;
    private static S3Connection connection;

    @BeforeAll
    static void start() {
        // The build says which servers it was tested on.
        System.out.println("S3 contract: in process, on S3Proxy; "
                + (DockerClientFactory.instance().isDockerAvailable()
                        ? "in a container, on Versity S3 Gateway"
                        : "not in a container, for no engine is here"));
        server = S3ProxyServer.start();
        connection = server.connect();
    }

    @AfterAll
    static void stop() {
        connection.close();
        server.close();
    }

    @Override
    protected ObjectStore open() {
        return connection.store(freshRoot());
    }

    /** S3Proxy 4.1.0 compares the ETag and writes in two steps; S3 itself (and its If-None-Match here) is atomic. */
    @Override
    protected boolean replacesAtomically() {
        return false;
    }

    private static StoreUri.Bucket freshRoot() {
        return new StoreUri.Bucket(S3ProxyServer.BUCKET, "store-" + STORES.incrementAndGet());
    }

    @Test
    void keysLieBelowThePrefixAndTheWholeBucketIsAStoreToo() {
        StoreUri.Bucket root = freshRoot();
        connection.store(root).put(KEY, bytes(3), PutCondition.always());
        ObjectStore bucket = connection.store(new StoreUri.Bucket(S3ProxyServer.BUCKET, ""));

        ObjectKey whole = ObjectKey.of(root.prefix(), KEY.value());
        assertThat(bucket.get(whole, 3).body()).isEqualTo(bytes(3));
        assertThat(bucket.list(root.prefix() + "/", "", 10))
                .extracting(ObjectInfo::key)
                .containsExactly(whole);
    }

    @Test
    void markersOfFoldersAreNoObjectsAndDoNotShortenAPage() {
        StoreUri.Bucket root = freshRoot();
        ObjectStore store = connection.store(root);
        for (String key : List.of("/", "/a/", "/a/x", "/b/", "/b/y", "/c")) {
            server.client()
                    .putObject(
                            request -> request.bucket(S3ProxyServer.BUCKET).key(root.prefix() + key),
                            RequestBody.fromString("x"));
        }

        assertThat(store.list("", "", 2)).extracting(info -> info.key().value()).containsExactly("a/x", "b/y");
        assertThat(store.list("", "b/y", 2))
                .extracting(info -> info.key().value())
                .containsExactly("c");
    }

    @Test
    void anAbandonedUploadLeavesNoPartsToPayFor() {
        ObjectStore store = open();
        try (ObjectUpload upload = store.upload(KEY)) {
            upload.write(bytes(11 << 20), 0, 11 << 20);
            assertThat(uploads()).isEqualTo(1);
            Thread.currentThread().interrupt();
        }

        assertThat(Thread.interrupted()).isTrue();
        assertThat(uploads()).isZero();
    }

    /** As a process that died leaves them; what belongs to another store of the bucket is none of ours. */
    @Test
    void uploadsThatNobodyFinishesAreFoundAndGivenUp() {
        StoreUri.Bucket root = freshRoot();
        ObjectStore store = connection.store(root);
        try (ObjectUpload abandoned = store.upload(KEY);
                ObjectUpload foreign = open().upload(KEY)) {
            abandoned.write(bytes(11 << 20), 0, 11 << 20);
            foreign.write(bytes(11 << 20), 0, 11 << 20);
            List<UnfinishedUpload> found = store.unfinishedUploads("");
            assertThat(found).extracting(UnfinishedUpload::key).containsExactly(KEY);
            assertThat(found.getFirst().begun()).isBeforeOrEqualTo(Instant.now().plusSeconds(60));
            store.abort(found.getFirst());
            store.abort(found.getFirst());
            assertThat(store.unfinishedUploads("")).isEmpty();
            assertThat(uploads()).isEqualTo(1);
        }
        assertThat(uploads()).isZero();
    }

    private static int uploads() {
        return server.client()
                .listMultipartUploads(request -> request.bucket(S3ProxyServer.BUCKET))
                .uploads()
                .size();
    }

    @Test
    void anObjectOfOnePartIsOneRequestAndLargerOnesHaveParts() {
        ObjectStore store = open();
        for (int size : new int[] {5 << 20, (5 << 20) + 1}) {
            ETag etag;
            try (ObjectUpload upload = store.upload(KEY)) {
                upload.write(bytes(size), 0, size);
                etag = upload.complete();
            }
            assertThat(etag.value().contains("-"))
                    .as("ETag of a multipart upload")
                    .isEqualTo(size > 5 << 20);
            assertThat(store.get(KEY, size).body()).isEqualTo(bytes(size));
        }
    }

    @Test
    void wrongCredentialsAreDeniedWithoutShowingThem() {
        try (S3Connection wrong =
                S3Connection.open(server.settings(), new S3Credentials(S3ProxyServer.ACCESS_KEY, "wrong-secret"))) {
            ObjectStore store = wrong.store(freshRoot());
            assertThat(failureOf(() -> store.get(KEY, 10))).isEqualTo(ErrorKind.DENIED);
            assertThat(failureOf(() -> store.head(KEY))).isEqualTo(ErrorKind.DENIED);
            assertThat(failureOf(() -> store.put(KEY, bytes(1), PutCondition.ifAbsent())))
                    .isEqualTo(ErrorKind.DENIED);
            assertThatThrownBy(() -> store.get(KEY, 10))
                    .message()
                    .doesNotContain("wrong-secret", S3ProxyServer.ACCESS_KEY);
        }
        assertThat(new S3Credentials("AKIA1", "s3cr3t").toString()).doesNotContain("AKIA1", "s3cr3t");
    }

    @Test
    void aBucketThatDoesNotExistIsNoMissingObject() {
        ObjectStore store = connection.store(new StoreUri.Bucket("no-such-bucket", ""));

        assertThat(failureOf(() -> store.get(KEY, 10))).isEqualTo(ErrorKind.DENIED);
        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 1), ETag.ANY)))
                .isEqualTo(ErrorKind.DENIED);
        assertThat(failureOf(() -> store.list("", "", 10))).isEqualTo(ErrorKind.DENIED);
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() {
        try (S3Connection nowhere = S3Connection.open(
                S3ProxyServer.settings(URI.create("http://127.0.0.1:1")), S3ProxyServer.CREDENTIALS)) {
            assertThatThrownBy(() -> nowhere.store(freshRoot()).get(KEY, 10))
                    .hasMessageContaining("s3://" + S3ProxyServer.BUCKET)
                    .hasMessageContaining("refused");
        }
    }
}
