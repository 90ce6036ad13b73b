package dev.bams3.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What {@link ObjectStore} promises; run by every implementation. */
public abstract class ObjectStoreContract {
    private static final ObjectKey KEY = new ObjectKey("data/sample.bams3/_metadata.json");
    private static final long SEED = 20260801;

    private ObjectStore store;

    /** An empty store. */
    protected abstract ObjectStore open() throws Exception;

    /** Whether of writers that race with the same `If-Match` one wins; what does not is no store for replacing datasets. */
    protected boolean replacesAtomically() {
        return true;
    }

    /** Whether `If-Match` is honoured by writes at all. */
    protected boolean replacesConditionally() {
        return true;
    }

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    /** Runs the call and says what kind of failure it was; fails when there is none. */
    protected static ErrorKind failureOf(ThrowingCallable call) {
        List<ErrorKind> kinds = new ArrayList<>();
        assertThatThrownBy(call)
                .asInstanceOf(type(ReadsException.class))
                .satisfies(failure -> kinds.add(failure.kind()));
        return kinds.getFirst();
    }

    protected static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED + length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatWasPutIsThere() {
        byte[] body = bytes(100_000);
        ETag etag = store.put(KEY, body, PutCondition.always());

        assertThat(store.get(KEY, 100_000).body()).isEqualTo(body);
        assertThat(store.get(KEY, 100_000).etag()).isEqualTo(etag);
        ObjectInfo info = store.head(KEY);
        assertThat(info.key()).isEqualTo(KEY);
        assertThat(info.size()).isEqualTo(100_000);
        assertThat(info.etag()).isEqualTo(etag);
        assertThat(info.modified()).isAfter(java.time.Instant.parse("2020-01-01T00:00:00Z"));
    }

    @Test
    void anEmptyObjectIsAnObject() {
        store.put(KEY, new byte[0], PutCondition.always());

        assertThat(store.get(KEY, 10).body()).isEmpty();
        assertThat(store.head(KEY).size()).isZero();
        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 1), ETag.ANY)))
                .isEqualTo(ErrorKind.INVALID_RANGE);
    }

    @Test
    void theArrayOfACallerIsNotKept() {
        byte[] body = text("first");
        store.put(KEY, body, PutCondition.always());
        Arrays.fill(body, (byte) 'x');
        store.get(KEY, 100).body()[0] = 'y';

        assertThat(store.get(KEY, 100).body()).isEqualTo(text("first"));
    }

    @Test
    void aMissingObjectIsNotFoundAndNamed() {
        assertThat(failureOf(() -> store.head(KEY))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(failureOf(() -> store.get(KEY, 10))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 1), ETag.ANY)))
                .isEqualTo(ErrorKind.NOT_FOUND);
        assertThatThrownBy(() -> store.get(KEY, 10)).hasMessageContaining(KEY.value());
        store.put(KEY, text("a folder on some stores"), PutCondition.always());
        assertThat(failureOf(() -> store.get(new ObjectKey("data/sample.bams3"), 10)))
                .isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(failureOf(() -> store.get(new ObjectKey(KEY + "/below"), 10)))
                .isEqualTo(ErrorKind.NOT_FOUND);
    }

    @Test
    void whatMayBeMissingIsFoundOrEmpty() {
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.find(KEY, 10)).isEmpty();
        ETag etag = store.put(KEY, text("there"), PutCondition.always());

        assertThat(store.find(KEY).orElseThrow().etag()).isEqualTo(etag);
        assertThat(store.find(KEY, 10).orElseThrow().body()).isEqualTo(text("there"));
        assertThat(failureOf(() -> store.find(KEY, 1))).isEqualTo(ErrorKind.TOO_LARGE);
    }

    @Test
    void onlyTheFirstCreates() {
        ETag etag = store.create(KEY, text("first")).orElseThrow();

        assertThat(store.create(KEY, text("second"))).isEmpty();
        assertThat(store.get(KEY, 10).body()).isEqualTo(text("first"));
        assertThat(store.head(KEY).etag()).isEqualTo(etag);
    }

    @Test
    void allObjectsAreListedHoweverManyThereAre() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < ObjectStore.MAX_LISTED + 3; i++) {
            ObjectKey key = new ObjectKey(String.format(Locale.ROOT, "many/%05d", i));
            store.put(key, new byte[0], PutCondition.always());
            keys.add(key.value());
        }
        store.put(new ObjectKey("other"), new byte[0], PutCondition.always());

        assertThat(store.listAll("many/").map(info -> info.key().value())).isEqualTo(keys);
        assertThat(store.listAll("many/", keys.get(1000)).map(info -> info.key().value()))
                .isEqualTo(keys.subList(1001, keys.size()));
        assertThat(store.listAll("none/")).isEmpty();
    }

    @Test
    void anObjectOverTheLimitIsTooLarge() {
        store.put(KEY, bytes(1001), PutCondition.always());

        assertThat(failureOf(() -> store.get(KEY, 1000))).isEqualTo(ErrorKind.TOO_LARGE);
        assertThat(store.get(KEY, 1001).body()).hasSize(1001);
    }

    @Test
    void aRangeIsExactlyItsBytesAtEveryEdge() {
        byte[] body = bytes(1000);
        ETag etag = store.put(KEY, body, PutCondition.always());

        for (int[] range : new int[][] {{0, 1}, {0, 1000}, {0, 999}, {1, 999}, {999, 1}, {500, 7}, {998, 2}}) {
            byte[] expected = Arrays.copyOfRange(body, range[0], range[0] + range[1]);
            assertThat(store.getRange(KEY, new ByteRange(range[0], range[1]), ETag.ANY))
                    .isEqualTo(expected);
            assertThat(store.getRange(KEY, new ByteRange(range[0], range[1]), etag))
                    .isEqualTo(expected);
        }
    }

    @Test
    void aRangeBehindTheEndIsInvalid() {
        store.put(KEY, bytes(1000), PutCondition.always());

        for (long[] range : new long[][] {{0, 1001}, {999, 2}, {1000, 1}, {5_000_000_000L, 10}}) {
            assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(range[0], (int) range[1]), ETag.ANY)))
                    .isEqualTo(ErrorKind.INVALID_RANGE);
        }
    }

    @Test
    void aStaleETagIsChanged() {
        ETag first = store.put(KEY, text("first"), PutCondition.always());
        ETag second = store.put(KEY, text("other"), PutCondition.always());

        assertThat(first).isNotEqualTo(second);
        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 5), first)))
                .isEqualTo(ErrorKind.CHANGED);
        assertThat(store.getRange(KEY, new ByteRange(0, 5), second)).isEqualTo(text("other"));
        assertThat(failureOf(() -> store.put(KEY, text("third"), PutCondition.ifMatch(first))))
                .isEqualTo(ErrorKind.CHANGED);
        assertThat(store.get(KEY, 10).body()).isEqualTo(text("other"));
    }

    @Test
    void conditionsDecideOverAWrite() {
        assertThat(failureOf(() -> store.put(KEY, text("a"), PutCondition.ifMatch(new ETag("\"none\"")))))
                .isEqualTo(ErrorKind.CHANGED);
        ETag first = store.put(KEY, text("a"), PutCondition.ifAbsent());
        assertThat(failureOf(() -> store.put(KEY, text("b"), PutCondition.ifAbsent())))
                .isEqualTo(ErrorKind.CHANGED);
        assertThat(store.get(KEY, 10).body()).isEqualTo(text("a"));

        if (!replacesConditionally()) {
            assertThat(failureOf(() -> store.put(KEY, text("c"), PutCondition.ifMatch(first))))
                    .isEqualTo(ErrorKind.UNAVAILABLE);
            return;
        }
        ETag second = store.put(KEY, text("c"), PutCondition.ifMatch(first));
        assertThat(store.get(KEY, 10)).satisfies(object -> {
            assertThat(object.body()).isEqualTo(text("c"));
            assertThat(object.etag()).isEqualTo(second);
        });
        store.delete(KEY);
        assertThat(failureOf(() -> store.put(KEY, text("d"), PutCondition.ifMatch(second))))
                .isEqualTo(ErrorKind.CHANGED);
        store.put(KEY, text("e"), PutCondition.ifAbsent());
    }

    @Test
    void ofSixteenWritersOneCreates() throws Exception {
        for (int round = 0; round < 5; round++) {
            ObjectKey key = new ObjectKey("race/create-" + round);
            List<String> winners = race(writer -> store.put(key, text("writer " + writer), PutCondition.ifAbsent()));
            assertThat(winners).hasSize(1);
            assertThat(store.get(key, 100).body()).isEqualTo(text(winners.getFirst()));
        }
    }

    @Test
    void ofSixteenWritersOneReplaces() throws Exception {
        assumeTrue(replacesConditionally());
        ETag etag = store.put(KEY, text("before"), PutCondition.always());
        for (int round = 0; round < 5; round++) {
            ETag seen = etag;
            List<String> winners = race(writer -> store.put(KEY, text("writer " + writer), PutCondition.ifMatch(seen)));
            if (replacesAtomically()) {
                assertThat(winners).hasSize(1);
            }
            assertThat(winners).contains(new String(store.get(KEY, 100).body(), StandardCharsets.UTF_8));
            etag = store.put(KEY, text("round " + round), PutCondition.always());
        }
    }

    private interface Writer {
        void write(int writer);
    }

    /** The bodies of those of 16 writers that succeeded; the others must have failed as CHANGED. */
    private static List<String> race(Writer body) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int writer = i;
                tasks.add(() -> {
                    body.write(writer);
                    return "writer " + writer;
                });
            }
            List<String> winners = new ArrayList<>();
            for (Future<String> result : executor.invokeAll(tasks)) {
                try {
                    winners.add(result.get());
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    ReadsException.class,
                                    failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.CHANGED));
                }
            }
            return winners;
        }
    }

    @Test
    void aReaderSeesOneVersionWhole() throws Exception {
        store.put(KEY, filled(0), PutCondition.always());
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writing = executor.submit(() -> {
                for (int i = 1; i < 40; i++) {
                    store.put(KEY, filled(i), PutCondition.always());
                }
            });
            int reads = 0;
            while (!writing.isDone() || reads == 0) {
                byte[] body = store.get(KEY, 60_000).body();
                assertThat(body).isEqualTo(filled(body[0]));
                reads++;
            }
            writing.get();
        }
    }

    private static byte[] filled(int value) {
        byte[] body = new byte[50_000 + value];
        Arrays.fill(body, (byte) value);
        return body;
    }

    @Test
    void oddKeysAreKeys() {
        List<String> keys = List.of(
                "a b+c",
                "a%2Fb",
                "%",
                "ü/日本語/😀",
                "HLA-A*01:01",
                "q?x=1&y=2",
                "#frag",
                "'quoted\"",
                "a..b",
                "...",
                "~user",
                "semi;colon",
                "at@home,a=b",
                "[brackets]{braces}",
                "<tag>|pipe`tick^",
                "x".repeat(200));
        for (String key : keys) {
            store.put(new ObjectKey("odd/" + key), text(key), PutCondition.always());
        }
        for (String key : keys) {
            assertThat(store.get(new ObjectKey("odd/" + key), 1000).body()).isEqualTo(text(key));
        }
        assertThat(store.list("odd/", "", 1000).stream().map(info -> info.key().value()))
                .containsExactlyElementsOf(keys.stream()
                        .map(key -> "odd/" + key)
                        .sorted(ObjectKey::compare)
                        .toList());
    }

    @Test
    void aListingIsPagedInTheOrderOfKeys() {
        List<String> keys = new ArrayList<>(Stream.of(
                        "a-b", "a.txt", "a/b", "a/b.x", "a/b-x/c", "a/c/d/e", "a0", "B", "a/z", "aa/b", "_m", "b/1",
                        "b/10")
                .toList());
        Collections.shuffle(keys, new Random(SEED));
        keys.forEach(key -> store.put(new ObjectKey(key), text(key), PutCondition.always()));
        List<String> sorted = keys.stream().sorted(ObjectKey::compare).toList();

        for (int limit : new int[] {1, 2, 3, 5, 13, 1000}) {
            assertThat(pages("", limit)).isEqualTo(sorted);
            for (String prefix : List.of("a", "a/", "a/b", "a/b-x", "a/b-x/c", "b/1", "_", "zzz", "a/c/", "../", "/")) {
                assertThat(pages(prefix, limit))
                        .isEqualTo(sorted.stream()
                                .filter(key -> key.startsWith(prefix))
                                .toList());
            }
        }
        assertThat(store.list("a/", "a/b-x", 10))
                .extracting(info -> info.key().value())
                .containsExactly("a/b-x/c", "a/b.x", "a/c/d/e", "a/z");
        assertThat(store.list("a", "a/b~", 2))
                .extracting(info -> info.key().value())
                .containsExactly("a/c/d/e", "a/z");
        assertThat(store.list("a.txt", "", 10)).first().satisfies(info -> {
            assertThat(info.size()).isEqualTo(5);
            assertThat(info.etag()).isEqualTo(store.head(new ObjectKey("a.txt")).etag());
        });
    }

    private List<String> pages(String prefix, int limit) {
        List<String> keys = new ArrayList<>();
        List<ObjectInfo> page;
        do {
            page = store.list(prefix, keys.isEmpty() ? "" : keys.getLast(), limit);
            assertThat(page).hasSizeLessThanOrEqualTo(limit);
            page.forEach(info -> keys.add(info.key().value()));
        } while (page.size() == limit);
        return keys;
    }

    @Test
    void aDeletedObjectIsGone() {
        store.put(KEY, text("a"), PutCondition.always());
        ObjectKey neighbour = new ObjectKey("data/other");
        store.put(neighbour, text("b"), PutCondition.always());
        store.delete(KEY);
        store.delete(KEY);

        assertThat(failureOf(() -> store.get(KEY, 10))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).containsExactly(neighbour);
    }

    @Test
    void anUploadIsInvisibleUntilComplete() {
        for (int size : new int[] {0, 1000, 6 << 20, 12 << 20}) {
            byte[] body = bytes(size);
            ObjectKey key = new ObjectKey("chunks/" + size);
            ETag etag;
            try (ObjectUpload upload = store.upload(key)) {
                byte[] buffer = new byte[1 << 20];
                for (int at = 0; at < size; at += buffer.length - 1) {
                    int length = Math.min(buffer.length - 1, size - at);
                    System.arraycopy(body, at, buffer, 1, length);
                    upload.write(buffer, 1, length);
                    Arrays.fill(buffer, (byte) 0);
                }
                assertThat(failureOf(() -> store.head(key))).isEqualTo(ErrorKind.NOT_FOUND);
                assertThat(store.list("chunks/" + size, "", 10)).isEmpty();
                etag = upload.complete();
            }
            assertThat(store.get(key, size).body()).isEqualTo(body);
            assertThat(store.head(key).etag()).isEqualTo(etag);
        }
    }

    @Test
    void anAbandonedUploadLeavesNothing() {
        store.put(KEY, text("before"), PutCondition.always());
        for (int size : new int[] {10, 11 << 20}) {
            try (ObjectUpload upload = store.upload(KEY)) {
                upload.write(bytes(size), 0, size);
            }
        }

        assertThat(store.get(KEY, 100).body()).isEqualTo(text("before"));
        assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).containsExactly(KEY);
    }

    @Test
    void anEndedUploadTakesNoMore() {
        ObjectUpload upload = store.upload(KEY);
        upload.write(bytes(10), 0, 10);
        upload.complete();
        assertThatThrownBy(upload::complete).isInstanceOf(IllegalStateException.class);
        upload.close();
        assertThatThrownBy(() -> upload.write(bytes(10), 0, 10)).isInstanceOf(IllegalStateException.class);
        assertThat(store.get(KEY, 10).body()).isEqualTo(bytes(10));
    }

    @Nested
    class Revisions extends RevisionLogContract {
        @Override
        ObjectStore store() {
            return store;
        }
    }
}
