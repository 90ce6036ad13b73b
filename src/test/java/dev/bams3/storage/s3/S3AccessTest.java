package dev.bams3.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.MisbehavingServer;
import dev.bams3.fixtures.MisbehavingServer.Answer;
import dev.bams3.fixtures.MisbehavingServer.Request;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Buckets that have to be asked in another way, on servers that insist on it. */
class S3AccessTest {
    private static final ObjectKey KEY = new ObjectKey("a/b");
    private static final byte[] BYTES = {1, 2, 3, 4, 5};
    private static final ETag TAG = new ETag("\"kms-no-md5\"");
    private static final String ARN = "arn:aws:s3:us-west-2:123456789012:accesspoint/reads";

    private @Nullable MisbehavingServer server;
    private @Nullable S3Connection connection;

    @AfterEach
    void close() throws IOException {
        if (connection != null) {
            connection.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private ObjectStore store(String bucket, S3Settings.Access access, Predicate<Request> accepted) {
        server = insistent(accepted);
        connection = S3Connection.open(settings(server.endpoint(), access), S3ProxyServer.CREDENTIALS);
        return connection.store(new StoreUri.Bucket(bucket, "p"));
    }

    private static MisbehavingServer insistent(Predicate<Request> accepted) {
        Answer denied = MisbehavingServer.error("403 Forbidden", "AccessDenied");
        return new MisbehavingServer(
                (request, socket) -> (accepted.test(request) ? right(request) : denied).write(request, socket));
    }

    /** What S3 answers to each call of the port. */
    private static Answer right(Request request) {
        String line = request.line();
        if (line.contains("list-type=2")) {
            return document("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
        }
        if (line.startsWith("GET") && line.contains("?uploads")) {
            return document(
                    "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>");
        }
        if (line.startsWith("POST") && line.contains("?uploads")) {
            return document("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
        }
        if (line.startsWith("POST")) {
            return document(
                    "<CompleteMultipartUploadResult><ETag>" + TAG.value() + "</ETag></CompleteMultipartUploadResult>");
        }
        List<String> head = List.of(
                "ETag: " + TAG.value(),
                "Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT",
                "x-amz-server-side-encryption: aws:kms",
                "Content-Range: bytes 0-4/5",
                "Content-Length: " + (line.startsWith("GET") || line.startsWith("HEAD") ? 5 : 0));
        boolean ranged = !request.header("Range").isEmpty();
        return MisbehavingServer.of(
                ranged ? "206 Partial Content" : "200 OK", head, line.startsWith("GET") ? BYTES : new byte[0]);
    }

    private static Answer document(String xml) {
        byte[] body = xml.getBytes(StandardCharsets.UTF_8);
        return MisbehavingServer.of("200 OK", List.of("Content-Length: " + body.length), body);
    }

    private static S3Settings settings(URI endpoint, S3Settings.Access access) {
        S3Settings usual = S3ProxyServer.settings(endpoint);
        return new S3Settings(
                endpoint,
                usual.region(),
                usual.pathStyle(),
                usual.checksums(),
                usual.maxConnections(),
                usual.connectTimeout(),
                usual.readTimeout(),
                usual.attemptTimeout(),
                usual.attempts(),
                usual.firstBackoff(),
                usual.partSize(),
                access);
    }

    private static void assertEveryCallWorks(ObjectStore store) {
        assertThat(store.head(KEY).etag()).isEqualTo(TAG);
        assertThat(store.get(KEY, 10).body()).isEqualTo(BYTES);
        assertThat(store.getRange(KEY, new ByteRange(0, 5), TAG)).isEqualTo(BYTES);
        assertThat(store.put(KEY, BYTES, PutCondition.ifAbsent())).isEqualTo(TAG);
        try (ObjectUpload upload = store.upload(KEY)) {
            upload.write(new byte[6 << 20], 0, 6 << 20);
            assertThat(upload.complete()).isEqualTo(TAG);
        }
        try (ObjectUpload upload = store.upload(KEY)) {
            upload.write(new byte[6 << 20], 0, 6 << 20);
        }
        assertThat(store.list("", "", 10)).isEmpty();
        assertThat(store.unfinishedUploads("")).isEmpty();
        store.delete(KEY);
    }

    private static void assertDenied(ObjectStore store, String wayOut) {
        assertThatThrownBy(() -> store.getRange(KEY, new ByteRange(0, 5), TAG))
                .isInstanceOfSatisfying(ReadsException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.DENIED);
                    assertThat(e.getMessage()).contains(wayOut);
                });
    }

    /** What arrived damaged is read again, and not through what may have damaged it. */
    @Test
    void freshReadsHaveConnectionsOfTheirOwn() throws IOException {
        List<Integer> ports = new CopyOnWriteArrayList<>();
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            ports.add(exchange.getRemoteAddress().getPort());
            exchange.getResponseHeaders().add("ETag", TAG.value());
            exchange.getResponseHeaders().add("Last-Modified", "Wed, 21 Oct 2026 07:28:00 GMT");
            exchange.sendResponseHeaders(200, BYTES.length);
            exchange.getResponseBody().write(BYTES);
            exchange.close();
        });
        http.start();
        try {
            URI endpoint = URI.create("http://localhost:" + http.getAddress().getPort());
            connection = S3Connection.open(settings(endpoint, S3Settings.Access.USUAL), S3ProxyServer.CREDENTIALS);
            ObjectStore store = connection.store(new StoreUri.Bucket("reads", "p"));
            for (ObjectStore each : List.of(store, store, store.fresh(), store.fresh(), store)) {
                assertThat(each.get(KEY, 10).body()).isEqualTo(BYTES);
            }
        } finally {
            http.stop(0);
        }
        assertThat(ports).hasSize(5);
        assertThat(List.of(ports.get(1), ports.get(4))).containsOnly(ports.getFirst());
        assertThat(Set.copyOf(ports)).hasSize(3);
    }

    @Test
    void aPublicBucketIsAskedWithoutCredentials() throws IOException {
        Predicate<Request> unsigned = request -> request.header("Authorization").isEmpty();
        assertEveryCallWorks(store("open", new S3Settings.Access(Set.of("open"), Set.of()), unsigned));
        close();
        assertEveryCallWorks(store("any", new S3Settings.Access(Set.of("*"), Set.of()), unsigned));
        close();
        assertDenied(
                store("other", new S3Settings.Access(Set.of("open"), Set.of()), unsigned),
                "BAMS3_S3_ANONYMOUS_BUCKETS");
    }

    /** Such requests need no credentials at all, so none are looked for. */
    @Test
    void aPublicBucketIsReadWhereThereAreNoCredentials() {
        server = insistent(request -> request.header("Authorization").isEmpty());
        connection = S3Connection.open(settings(server.endpoint(), new S3Settings.Access(Set.of("open"), Set.of())));
        assertThat(connection
                        .store(new StoreUri.Bucket("open", ""))
                        .get(KEY, 10)
                        .body())
                .isEqualTo(BYTES);
    }

    @Test
    void whoReadsFromARequesterPaysBucketSaysSoWithEveryCall() throws IOException {
        Predicate<Request> paid =
                request -> request.header("x-amz-request-payer").equals("requester")
                        && request.header("Authorization").contains("x-amz-request-payer");
        assertEveryCallWorks(store("paid", new S3Settings.Access(Set.of(), Set.of("paid")), paid));
        close();
        assertDenied(
                store("other", new S3Settings.Access(Set.of(), Set.of("paid")), paid),
                "BAMS3_S3_REQUESTER_PAYS_BUCKETS");
        assertThatThrownBy(() -> new S3Settings.Access(Set.of("x"), Set.of("x")))
                .hasMessageContaining("'x' is asked on the requester's account");
        assertThatThrownBy(() -> new S3Settings.Access(Set.of("*"), Set.of("x")))
                .hasMessageContaining("'*'");
    }

    /** S3 encrypts as the bucket says, where a request says nothing; such ETags are no MD5. */
    @Test
    void encryptionIsLeftToTheBucket() {
        assertEveryCallWorks(store(
                "kms",
                S3Settings.Access.USUAL,
                request -> request.head().stream()
                        .noneMatch(line ->
                                line.toLowerCase(java.util.Locale.ROOT).startsWith("x-amz-server-side-encryption"))));
    }

    /** The name of an access point is in the host of its address, and its region in the signature: asked through a proxy. */
    @Test
    void anAccessPointIsAskedAtItsOwnHost() {
        server = insistent(request -> request.line().contains(" http://reads-123456789012.s3.example.test/p/a/b")
                && request.header("Authorization").contains("/us-west-2/s3/aws4_request"));
        URI proxy = server.endpoint();
        System.setProperty("http.proxyHost", proxy.getHost());
        System.setProperty("http.proxyPort", Integer.toString(proxy.getPort()));
        try {
            connection = S3Connection.open(
                    settings(URI.create("http://s3.example.test"), S3Settings.Access.USUAL), S3ProxyServer.CREDENTIALS);
            StoreUri.Bucket bucket = (StoreUri.Bucket) StoreUri.parse("store", "s3://" + ARN + "/p");
            ObjectStore store = connection.store(bucket);
            assertThat(store.location()).isEqualTo("s3://" + ARN + "/p");
            assertThat(store.get(KEY, 10).body()).isEqualTo(BYTES);
            assertThat(store.put(KEY, BYTES, PutCondition.ifAbsent())).isEqualTo(TAG);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
    }

    /** An alias of an access point is a name like that of a bucket. */
    @Test
    void anAliasOfAnAccessPointIsABucket() {
        String alias = "reads-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias";
        ObjectStore store =
                store(alias, S3Settings.Access.USUAL, request -> request.line().contains("/" + alias + "/p/"));
        assertThat(store.get(KEY, 10).body()).isEqualTo(BYTES);
    }
}
