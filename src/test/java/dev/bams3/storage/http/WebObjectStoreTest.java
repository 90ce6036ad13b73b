package dev.bams3.storage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.Interruption;
import dev.bams3.fixtures.MisbehavingServer;
import dev.bams3.fixtures.MisbehavingServer.Answer;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Web servers as stores: the right bytes, or the right kind of failure, never other bytes, and never from elsewhere. */
class WebObjectStoreTest {
    private static final ObjectKey KEY = new ObjectKey("x.bam");
    private static final ByteRange RANGE = new ByteRange(10, 5);
    private static final byte[] BYTES = {1, 2, 3, 4, 5};
    private static final ETag TAG = new ETag("\"e1\"");
    private static final int ATTEMPTS = 3;

    private final WebConnection connection = WebConnection.open(
            new WebSettings(Duration.ofSeconds(5), Duration.ofMillis(500), ATTEMPTS, Duration.ofMillis(1)));
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(connection));
    private MisbehavingServer server = server(MisbehavingServer.reset());

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private MisbehavingServer server(Answer... answers) {
        MisbehavingServer made = new MisbehavingServer(answers);
        opened.add(made);
        return made;
    }

    private ObjectStore store(Answer... answers) {
        server = server(answers);
        return store(server.endpoint() + "/a/" + KEY, redirect -> false);
    }

    private ObjectStore store(String address, Predicate<ObjectUri> redirects) {
        ObjectUri uri = ObjectUri.parse("source", address);
        return connection.store((StoreUri.Web) uri.root(), redirects);
    }

    private static Answer partial(String contentRange, String identity, byte[] body) {
        return MisbehavingServer.of(
                "206 Partial Content",
                List.of("Content-Range: " + contentRange, "Content-Length: " + body.length, identity),
                body);
    }

    private static Answer right() {
        return partial("bytes 10-14/100", "ETag: " + TAG.value(), BYTES);
    }

    private static Answer status(String status, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: 0");
        return MisbehavingServer.of(status, all, new byte[0]);
    }

    private void assertFails(ObjectStore store, ErrorKind kind, int requests, String message) {
        assertThatThrownBy(() -> store.getRange(KEY, RANGE, TAG)).isInstanceOfSatisfying(ReadsException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e.resource()).contains(server.endpoint() + "/a/x.bam");
            assertThat(e.getMessage()).contains(message).doesNotContain("s3cret");
        });
        assertThat(server.requests()).hasSize(requests);
    }

    @Test
    void aFileIsReadByRangedConditionalGets() {
        MemoryObjectStore objects = new MemoryObjectStore();
        byte[] body = new byte[1000];
        new Random(1).nextBytes(body);
        ETag etag = objects.put(KEY, body, PutCondition.always());
        objects.put(new ObjectKey("empty"), new byte[0], PutCondition.always());
        FaultyS3 files = new FaultyS3(objects);
        opened.add(files);
        ObjectStore store = store(files.endpoint() + "/a/b/x.bam", redirect -> false);

        assertThat(store.head(KEY))
                .extracting(ObjectInfo::size, ObjectInfo::etag)
                .containsExactly(1000L, etag);
        assertThat(store.get(KEY, 1000).body()).isEqualTo(body);
        assertThat(store.getRange(KEY, RANGE, etag)).isEqualTo(Arrays.copyOfRange(body, 10, 15));
        assertThat(store.getRange(KEY, new ByteRange(0, 1000), etag)).isEqualTo(body);
        assertThatThrownBy(() -> store.get(KEY, 999)).hasMessageContaining("1000 bytes, where at most 999 fit");
        assertThatThrownBy(() -> store.getRange(KEY, new ByteRange(998, 5), etag))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_RANGE));
        assertThat(store.find(new ObjectKey("x.bam.bai"), 10)).isEmpty();
        objects.put(KEY, new byte[1000], PutCondition.always());
        assertThatThrownBy(() -> store.getRange(KEY, RANGE, etag))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
        assertThat(store.location()).isEqualTo(files.endpoint() + "/a/b");
    }

    @Test
    void aPresignedAddressKeepsItsQueryAndIsAskedByGetAlone() {
        server = server(right());
        ObjectStore store = store(server.endpoint() + "/a/x.bam?X-Amz-Signature=s3cret&a=%2F", redirect -> false);
        assertThat(store.head(KEY).size()).isEqualTo(100);
        assertThat(store.getRange(KEY, RANGE, TAG)).isEqualTo(BYTES);
        assertThat(server.requests())
                .extracting(MisbehavingServer.Request::line)
                .allMatch(line -> line.equals("GET /a/x.bam?X-Amz-Signature=s3cret&a=%2F HTTP/1.1"));
        assertThat(server.requests().getLast().header("Range")).isEqualTo("bytes=10-14");
        assertThat(server.requests().getLast().header("If-Match")).isEqualTo("\"e1\"");
        server = server(status("403 Forbidden"));
        assertFails(
                store(server.endpoint() + "/a/x.bam?sig=s3cret", redirect -> false),
                ErrorKind.DENIED,
                1,
                "may have expired");
    }

    @Test
    void anEmptyFileHasNoBytes() {
        assertThat(store(status("416 Range Not Satisfiable", "Content-Range: bytes */0", "ETag: \"e\""))
                        .head(KEY)
                        .size())
                .isZero();
        assertThat(store(status("200 OK", "ETag: \"e\"")).get(KEY, 10).body()).isEmpty();
    }

    /** What is not strong enough for If-Match is compared with each answer. */
    @Test
    void aWeakTagOrATimeOfChangeShowAReplacementToo() {
        for (String identity : List.of("ETag: W/\"1\"", "Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT")) {
            String other = identity.replace('1', '2');
            ObjectStore store = store(
                    partial("bytes 0-0/100", identity, new byte[1]),
                    partial("bytes 10-14/100", identity, BYTES),
                    partial("bytes 10-14/100", other, BYTES));
            ETag known = store.head(KEY).etag();
            assertThat(store.getRange(KEY, RANGE, known)).isEqualTo(BYTES);
            assertThat(server.requests().getLast().header("If-Match")).isEmpty();
            assertThatThrownBy(() -> store.getRange(KEY, RANGE, known))
                    .isInstanceOfSatisfying(
                            ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
        }
        assertThatThrownBy(() ->
                        store(partial("bytes 0-0/100", "X: y", new byte[1])).head(KEY))
                .hasMessageContaining("neither ETag nor Last-Modified");
    }

    @Test
    void aServerWithoutRangesIsRefusedWithoutReadingItsFile() {
        Answer endless = (request, socket) -> {
            MisbehavingServer.of("200 OK", List.of("Content-Length: 1000000000000", "ETag: \"e1\""), new byte[0])
                    .write(request, socket);
            byte[] more = new byte[1 << 16];
            while (true) {
                socket.getOutputStream().write(more);
            }
        };
        assertFails(store(endless), ErrorKind.DENIED, 1, "download the file first");
        assertThatThrownBy(() -> store(endless).head(KEY)).hasMessageContaining("download it first");
        Answer encoded = MisbehavingServer.of(
                "206 Partial Content",
                List.of(
                        "Content-Range: bytes 10-14/100",
                        "Content-Length: 5",
                        "ETag: \"e1\"",
                        "Content-Encoding: gzip"),
                BYTES);
        assertFails(store(encoded), ErrorKind.DENIED, 1, "other bytes");
        assertFails(store(partial("bytes 11-15/100", "ETag: \"e1\"", BYTES)), ErrorKind.DENIED, 1, "other bytes");
    }

    @Test
    void whatMayPassIsTriedAgainAndWhatDoesNotIsNot() {
        assertThat(store(MisbehavingServer.reset(), right()).getRange(KEY, RANGE, TAG))
                .isEqualTo(BYTES);
        // The JDK's client tries again by itself where a connection ends before an answer.
        assertThatThrownBy(() -> store(MisbehavingServer.reset()).getRange(KEY, RANGE, TAG))
                .hasMessageContaining("no whole answer")
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        assertThat(server.requests()).hasSizeGreaterThanOrEqualTo(ATTEMPTS);
        assertFails(store(status("500 Internal Server Error")), ErrorKind.UNAVAILABLE, ATTEMPTS, "(500)");
        assertFails(store(status("429 Too Many Requests")), ErrorKind.OVERLOADED, ATTEMPTS, "(429)");
        assertFails(store(MisbehavingServer.silence()), ErrorKind.UNAVAILABLE, ATTEMPTS, "in 500 ms");
        assertFails(store(status("404 Not Found")), ErrorKind.NOT_FOUND, 1, "(404)");
        assertFails(store(status("410 Gone")), ErrorKind.NOT_FOUND, 1, "(410)");
        assertFails(store(status("400 Bad Request")), ErrorKind.DENIED, 1, "(400)");
        assertFails(store(status("401 Unauthorized")), ErrorKind.DENIED, 1, "(401)");
        assertFails(store(status("412 Precondition Failed")), ErrorKind.CHANGED, 1, "(412)");
        assertFails(store(status("416 Range Not Satisfiable")), ErrorKind.INVALID_RANGE, 1, "(416)");
        Answer cut = MisbehavingServer.of(
                "206 Partial Content",
                List.of("Content-Range: bytes 10-14/100", "Content-Length: 5", "ETag: \"e1\""),
                new byte[3]);
        assertThat(store(cut, right()).getRange(KEY, RANGE, TAG)).isEqualTo(BYTES);
        Answer drip = MisbehavingServer.thenSilence(cut);
        assertThat(store(drip, right()).getRange(KEY, RANGE, TAG)).isEqualTo(BYTES);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"FLIPPED_BIT", "OTHER_BYTES"},
            mode = EnumSource.Mode.EXCLUDE)
    void noFaultOfAServerIsTakenForTheFile(Fault fault) {
        MemoryObjectStore objects = new MemoryObjectStore();
        byte[] body = new byte[100];
        new Random(1).nextBytes(body);
        ETag etag = objects.put(KEY, body, PutCondition.always());
        FaultyS3 files = new FaultyS3(objects);
        opened.add(files);
        ObjectStore store = store(files.endpoint() + "/a/b/x.bam", redirect -> false);
        files.setFaults(request -> fault);
        assertThatThrownBy(() -> store.getRange(KEY, RANGE, etag)).isInstanceOf(ReadsException.class);
        files.setFaults(request -> files.requests() % 2 == 1 ? fault : null);
        try {
            assertThat(store.getRange(KEY, RANGE, etag)).isEqualTo(Arrays.copyOfRange(body, 10, 15));
        } catch (ReadsException e) {
            assertThat(e.getMessage()).doesNotContain("secret text");
        }
    }

    @Test
    void aRedirectIsFollowedOnlyWhereTheStoreMayRead() {
        MisbehavingServer inside = server(right());
        String target = inside.endpoint() + "/open/y.bam?sig=s3cret";
        server = server(status("302 Found", "Location: " + target));
        String source = server.endpoint() + "/a/x.bam";
        StoreUri root = StoreUri.parseSources("sources", inside.endpoint() + "/open");
        assertThat(store(source, redirect -> redirect.isUnder(root)).getRange(KEY, RANGE, TAG))
                .isEqualTo(BYTES);
        assertThat(inside.requests().getLast().line()).isEqualTo("GET /open/y.bam?sig=s3cret HTTP/1.1");
        int before = inside.requests().size();
        StoreUri elsewhere = StoreUri.parseSources("sources", inside.endpoint() + "/closed");
        assertFails(
                store(source, redirect -> redirect.isUnder(elsewhere)),
                ErrorKind.DENIED,
                2,
                "redirects to " + inside.endpoint() + "/open/y.bam, from where this program may not read");
        assertThat(inside.requests()).hasSize(before);
    }

    @Test
    void redirectsToNowhereEndlessOnesAndOtherSchemesAreRefused() {
        for (String location : List.of("file:///etc/passwd", "http://", "//", "::", "ftp://h/a", "https://u:p@h/a")) {
            server = server(status("301 Moved Permanently", "Location: " + location));
            assertFails(store(server.endpoint() + "/a/x.bam", redirect -> true), ErrorKind.DENIED, 1, "redirects to");
        }
        server = server(status("307 Temporary Redirect", "Location: /a/x.bam"));
        assertFails(
                store(server.endpoint() + "/a/x.bam", redirect -> true),
                ErrorKind.DENIED,
                6,
                "redirects more than 5 times");
    }

    @Test
    void anInterruptedCallIsCancelledAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ObjectStore store = store((request, socket) -> {
            asked.countDown();
            MisbehavingServer.silence().write(request, socket);
        });
        Interruption.endsAtOnce(() -> store.getRange(KEY, RANGE, TAG), asked);
    }

    @Test
    void nothingIsWritten() {
        ObjectStore store = store(URI.create("https://data.example.org/a/x.bam").toString(), redirect -> true);
        assertThatThrownBy(() -> store.put(KEY, BYTES, PutCondition.always())).hasMessageContaining("can only be read");
        assertThatThrownBy(() -> store.upload(KEY)).hasMessageContaining("can only be read");
        assertThatThrownBy(() -> store.delete(KEY)).hasMessageContaining("can only be read");
        assertThatThrownBy(() -> store.list("", "", 1)).hasMessageContaining("can only be read");
    }
}
