package dev.bams3.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.Interruption;
import dev.bams3.fixtures.MisbehavingServer;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.Wait;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and connections that misbehave: the right bytes, or the right kind of failure, never other bytes. */
class S3FaultsTest {
    private static final ObjectKey KEY = new ObjectKey("a/b");
    private static final ByteRange RANGE = new ByteRange(10, 5);
    private static final byte[] BYTES = {1, 2, 3, 4, 5};
    private static final ETag TAG = new ETag("\"e1\"");
    private static final int ATTEMPTS = 3;
    private static final int THROTTLED_ATTEMPTS = 10;

    private final List<AutoCloseable> opened = new ArrayList<>();

    private MisbehavingServer server = new MisbehavingServer(MisbehavingServer.reset());

    private ObjectStore store(MisbehavingServer.Answer... answers) {
        opened.add(server);
        server = new MisbehavingServer(answers);
        S3Settings usual = S3ProxyServer.settings(server.endpoint());
        S3Settings settings = new S3Settings(
                usual.endpoint(),
                usual.region(),
                true,
                usual.checksums(),
                4,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMillis(500),
                ATTEMPTS,
                Duration.ofMillis(1),
                usual.partSize(),
                usual.access());
        S3Connection connection = S3Connection.open(settings, S3ProxyServer.CREDENTIALS);
        opened.add(connection);
        return connection.store(new StoreUri.Bucket("bucket", "p"));
    }

    @AfterEach
    void close() throws Exception {
        opened.add(server);
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private static MisbehavingServer.Answer partial(String contentRange, int length, byte[] body) {
        return MisbehavingServer.of(
                "206 Partial Content",
                List.of("Content-Range: " + contentRange, "Content-Length: " + length, "ETag: " + TAG.value()),
                body);
    }

    private static MisbehavingServer.Answer right() {
        return partial("bytes 10-14/100", 5, BYTES);
    }

    private static MisbehavingServer.Answer whole(int length) {
        return MisbehavingServer.of(
                "200 OK", List.of("Content-Length: " + length, "ETag: " + TAG.value()), new byte[length]);
    }

    private void assertRead(ObjectStore store, int requests) {
        assertThat(store.getRange(KEY, RANGE, TAG)).isEqualTo(BYTES);
        assertThat(server.requests()).hasSize(requests);
    }

    private void assertFails(ObjectStore store, ErrorKind kind, int requests) {
        assertThatThrownBy(() -> store.getRange(KEY, RANGE, TAG)).isInstanceOfSatisfying(ReadsException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e.resource()).contains("s3://bucket/p/a/b");
            assertThat(e.getMessage()).doesNotContain("secret text", S3ProxyServer.SECRET_KEY);
        });
        assertThat(server.requests()).hasSize(requests);
    }

    @Test
    void aRequestIsRangedAndConditional() {
        assertRead(store(right()), 1);
        MisbehavingServer.Request request = server.requests().getFirst();
        assertThat(request.line()).startsWith("GET /bucket/p/a/b");
        assertThat(request.header("Range")).isEqualTo("bytes=10-14");
        assertThat(request.header("If-Match")).isEqualTo(TAG.value());
    }

    @Test
    void aServerThatIgnoresRangesIsNotBelieved() {
        assertFails(store(whole(100)), ErrorKind.UNAVAILABLE, 1);
        assertFails(store(whole(5)), ErrorKind.UNAVAILABLE, 1);
    }

    @Test
    void aWholeObjectThatIsTheRangeIsTaken() {
        ObjectStore store = store(whole(5));
        assertThat(store.getRange(KEY, new ByteRange(0, 5), TAG)).hasSize(5);
        assertThatThrownBy(() -> store.getRange(KEY, new ByteRange(0, 4), TAG)).hasMessageContaining("ignores ranges");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes 11-15/100",
                "bytes 10-15/100",
                "bytes 10-13/100",
                "bytes 0-4/5",
                "bytes */100",
                "none",
                "bytes 10-99999999999999999999/100"
            })
    void aWrongContentRangeIsUnavailable(String contentRange) {
        assertFails(store(partial(contentRange, 5, BYTES)), ErrorKind.UNAVAILABLE, 1);
    }

    @Test
    void aRangeCutByTheEndOfTheObjectIsInvalid() {
        assertFails(store(partial("bytes 10-12/13", 3, Arrays.copyOf(BYTES, 3))), ErrorKind.INVALID_RANGE, 1);
        assertFails(
                store(MisbehavingServer.error("416 Range Not Satisfiable", "InvalidRange")),
                ErrorKind.INVALID_RANGE,
                1);
    }

    @Test
    void aShortBodyIsAskedForAgain() {
        MisbehavingServer.Answer broken = partial("bytes 10-14/100", 5, Arrays.copyOf(BYTES, 3));
        assertRead(store(broken, right()), 2);
        assertFails(store(broken), ErrorKind.UNAVAILABLE, ATTEMPTS);
    }

    @Test
    void aShortBodyOfUnknownLengthIsAskedForAgain() {
        MisbehavingServer.Answer broken = MisbehavingServer.of(
                "206 Partial Content", List.of("Content-Range: bytes 10-14/100", "ETag: " + TAG.value()), new byte[3]);
        assertRead(store(broken, right()), 2);
    }

    @Test
    void moreBytesThanAskedForAreNotCutToFit() {
        assertFails(store(partial("bytes 10-14/100", 6, new byte[6])), ErrorKind.UNAVAILABLE, 1);
        MisbehavingServer.Answer unknownLength = MisbehavingServer.of(
                "206 Partial Content", List.of("Content-Range: bytes 10-14/100", "ETag: " + TAG.value()), new byte[6]);
        assertFails(store(unknownLength), ErrorKind.UNAVAILABLE, 1);
    }

    @Test
    void aServerThatIgnoresIfMatchIsFoundOut() {
        MisbehavingServer.Answer other = MisbehavingServer.of(
                "206 Partial Content",
                List.of("Content-Range: bytes 10-14/100", "Content-Length: 5", "ETag: \"e2\""),
                BYTES);
        assertFails(store(other), ErrorKind.CHANGED, 1);
        assertFails(
                store(MisbehavingServer.error("412 Precondition Failed", "PreconditionFailed")), ErrorKind.CHANGED, 1);
    }

    @Test
    void aResetConnectionIsTriedAgain() {
        assertRead(store(MisbehavingServer.reset(), right()), 2);
        assertFails(store(MisbehavingServer.reset()), ErrorKind.UNAVAILABLE, ATTEMPTS);
    }

    @Test
    void throttlingIsWaitedForAndThenOverloaded() {
        MisbehavingServer.Answer slowDown = MisbehavingServer.error("503 Slow Down", "SlowDown");
        assertRead(store(slowDown, slowDown, right()), 3);
        assertFails(store(slowDown), ErrorKind.OVERLOADED, THROTTLED_ATTEMPTS);
        assertFails(
                store(MisbehavingServer.error("429 Too Many Requests", "TooManyRequests")),
                ErrorKind.OVERLOADED,
                THROTTLED_ATTEMPTS);
    }

    @Test
    void refusalsAndFailuresAreCountedApart() {
        MisbehavingServer.Answer slowDown = MisbehavingServer.error("503 Slow Down", "SlowDown");
        MisbehavingServer.Answer broken = MisbehavingServer.reset();
        assertRead(store(slowDown, slowDown, slowDown, slowDown, broken, broken, right()), 7);
        assertFails(store(slowDown, slowDown, broken), ErrorKind.UNAVAILABLE, 2 + ATTEMPTS);
    }

    @Test
    void aServerErrorIsTriedAgain() {
        assertRead(store(MisbehavingServer.error("500 Internal Server Error", "InternalError"), right()), 2);
        assertFails(
                store(MisbehavingServer.error("503 Service Unavailable", "Other")), ErrorKind.UNAVAILABLE, ATTEMPTS);
    }

    @Test
    void refusalsAreNotTriedAgain() {
        assertFails(store(MisbehavingServer.error("403 Forbidden", "AccessDenied")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("404 Not Found", "NoSuchKey")), ErrorKind.NOT_FOUND, 1);
        assertFails(store(MisbehavingServer.error("404 Not Found", "NoSuchBucket")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("400 Bad Request", "ExpiredToken")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("418 Teapot", "Other")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("301 Moved Permanently", "PermanentRedirect")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("400 Bad Request", "InvalidRequest")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("400 Bad Request", "KMS.DisabledException")), ErrorKind.DENIED, 1);
        assertFails(store(MisbehavingServer.error("501 Not Implemented", "NotImplemented")), ErrorKind.DENIED, 1);
    }

    @Test
    void aHangingServerCostsAnAttempt() {
        assertRead(store(MisbehavingServer.silence(), right()), 2);
        assertFails(store(MisbehavingServer.silence()), ErrorKind.UNAVAILABLE, ATTEMPTS);
    }

    @Test
    void aHangInTheMiddleOfABodyCostsAnAttempt() throws Exception {
        MisbehavingServer.Answer drip =
                MisbehavingServer.thenSilence(partial("bytes 10-14/100", 5, Arrays.copyOf(BYTES, 3)));
        assertRead(store(drip, right()), 2);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ObjectStore store = store(drip, right());
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                assertThat(store.getRange(KEY, RANGE, TAG)).isEqualTo(BYTES);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        reader.join();
        assertThat(failure.get()).isNull();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void anInterruptedCallIsCancelledAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ObjectStore store = store((request, socket) -> {
            asked.countDown();
            MisbehavingServer.silence().write(request, socket);
        });
        Interruption.endsAtOnce(() -> store.getRange(KEY, RANGE, TAG), asked);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aConditionalWriteWhoseAnswerIsLostRecognisesItself() {
        // Stores the request's marker, breaks the connection, refuses the retry, and shows the object when asked.
        AtomicReference<String> marker = new AtomicReference<>("");
        MisbehavingServer.Answer lost = (request, socket) -> {
            marker.set(request.header("x-amz-meta-" + S3ObjectStore.MARKER));
            MisbehavingServer.reset().write(request, socket);
        };
        MisbehavingServer.Answer refused = MisbehavingServer.error("412 Precondition Failed", "PreconditionFailed");
        MisbehavingServer.Answer shown =
                (request, socket) -> head(String.valueOf(marker.get())).write(request, socket);

        ObjectStore store = store(lost, refused, shown);
        assertThat(store.put(KEY, BYTES, PutCondition.ifAbsent())).isEqualTo(TAG);
        assertThat(server.requests())
                .extracting(MisbehavingServer.Request::line)
                .satisfies(lines -> {
                    assertThat(lines.get(0)).startsWith("PUT");
                    assertThat(lines.get(1)).startsWith("PUT");
                    assertThat(lines.get(2)).startsWith("HEAD");
                });
        assertThat(server.requests().getFirst().header("If-None-Match")).isEqualTo("*");

        assertThatThrownBy(() -> store(refused, head("another")).put(KEY, BYTES, PutCondition.ifAbsent()))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
    }

    private static MisbehavingServer.Answer head(String marker) {
        return MisbehavingServer.of(
                "200 OK",
                List.of(
                        "Content-Length: 5",
                        "ETag: " + TAG.value(),
                        "Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT",
                        "x-amz-meta-" + S3ObjectStore.MARKER + ": " + marker),
                new byte[0]);
    }

    @Test
    void aConflictOfConditionalWritesIsTriedAgain() {
        MisbehavingServer.Answer conflict = MisbehavingServer.error("409 Conflict", "ConditionalRequestConflict");
        MisbehavingServer.Answer written =
                MisbehavingServer.of("200 OK", List.of("Content-Length: 0", "ETag: " + TAG.value()), new byte[0]);
        assertThat(store(conflict, written).put(KEY, BYTES, PutCondition.ifAbsent()))
                .isEqualTo(TAG);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aFailedUploadIsAbortedAndNotCompleted() throws IOException {
        MisbehavingServer.Answer begun =
                document("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
        MisbehavingServer.Answer denied = MisbehavingServer.error("403 Forbidden", "AccessDenied");
        ObjectStore store = store(begun, denied, document(""));
        try (ObjectUpload upload = store.upload(KEY)) {
            assertThatThrownBy(() -> upload.write(new byte[11 << 20], 0, 11 << 20))
                    .isInstanceOfSatisfying(
                            ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DENIED));
            assertThatThrownBy(upload::complete).isInstanceOf(IllegalStateException.class);
        }
        assertThat(server.requests().getLast().line()).startsWith("DELETE /bucket/p/a/b?uploadId=u1");
    }

    private static MisbehavingServer.Answer document(String xml) {
        byte[] body = xml.getBytes(StandardCharsets.UTF_8);
        return MisbehavingServer.of("200 OK", List.of("Content-Length: " + body.length), body);
    }

    @Test
    void settingsOutOfBoundsAreNamed() {
        S3Settings usual = S3Settings.DEFAULT;
        for (Map.Entry<String, Runnable> wrong : Map.<String, Runnable>of(
                        "endpoint", () -> S3ProxyServer.settings(URI.create("ftp://host")),
                        "credentials", () -> S3ProxyServer.settings(URI.create("http://id:secret@host")),
                        "maxConnections", () -> with(usual, 0, 4, 16 << 20),
                        "attempts", () -> with(usual, 1, 0, 16 << 20),
                        "partSize", () -> with(usual, 1, 4, 1 << 20))
                .entrySet()) {
            assertThatThrownBy(wrong.getValue()::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong.getKey());
        }
    }

    private static S3Settings with(S3Settings usual, int connections, int attempts, int partSize) {
        return new S3Settings(
                null,
                null,
                false,
                usual.checksums(),
                connections,
                usual.connectTimeout(),
                usual.readTimeout(),
                usual.attemptTimeout(),
                attempts,
                usual.firstBackoff(),
                partSize,
                usual.access());
    }

    @Test
    void whoWaitsBecauseTheServerThrottlesCanBeInterrupted() throws InterruptedException {
        MemoryObjectStore memory = new MemoryObjectStore();
        try (FaultyS3 s3 = new FaultyS3(memory)) {
            s3.setFaults(request -> Fault.SLOW_DOWN);
            try (S3Connection connection =
                    S3Connection.open(S3ProxyServer.settings(s3.endpoint()), S3ProxyServer.CREDENTIALS)) {
                ObjectStore store = connection.store(new StoreUri.Bucket("bucket", "alias"));
                AtomicBoolean interrupted = new AtomicBoolean();
                Thread reader = Thread.ofVirtual().start(() -> {
                    assertThatThrownBy(() -> store.head(new ObjectKey("key")))
                            .isInstanceOfSatisfying(
                                    ReadsException.class,
                                    e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
                    interrupted.set(Thread.interrupted());
                });
                // Between two of its attempts, or in the midst of one.
                Wait.until("the store throttles", () -> connection.throttled() >= 2);
                reader.interrupt();
                reader.join();
                assertThat(interrupted).isTrue();
                assertThat(connection.throttled()).isLessThan(THROTTLED_ATTEMPTS);
            }
        }
    }
}
