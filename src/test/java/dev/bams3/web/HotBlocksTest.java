package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a query costs that was asked before, and that what is kept in memory is never an older answer. */
@Timeout(120)
class HotBlocksTest {
    private static final BlockSizing SMALL = new BlockSizing(8 << 10, 2, 64 << 10, 100 << 10);
    private static final String PREFIX = "a/set.bams3";
    private static final String SMALL_QUERY = "/stream/reads/a/set?referenceName=chr1&start=0&end=2000";
    private static final String PLACE = "/stream/reads/a/set?referenceName=chr1&start=500&end=501";
    private static final String ONE_BLOCK = "/stream/reads/a/set?referenceName=chr1&format=SAM";
    private static final String WHOLE = "/stream/reads/a/set";

    private final long seed = Seed.draw();
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final FaultyObjectStore faulty = new FaultyObjectStore(memory, seed);
    private final CountingObjectStore store = new CountingObjectStore(faulty);
    private RunningServer server = RunningServer.start(unused -> store, "bams3.cache.metadata-ttl=0s");

    HotBlocksTest() {
        publish(seed);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void askingAgainForARegionCostsNoGet() throws IOException {
        byte[] cold = body(SMALL_QUERY);
        assertThat(gets(SMALL_QUERY)).as("seed %s", seed).isZero();
        assertThat(body(SMALL_QUERY)).as("seed %s", seed).isEqualTo(cold);
        // Another form of the same blocks, and fewer of them.
        assertThat(gets(SMALL_QUERY + "&format=SAM")).isZero();
        assertThat(gets("/stream/reads/a/set?referenceName=chr1&start=500&end=600"))
                .isZero();
    }

    @Test
    void ofAWiderRegionOnlyWhatIsMissingIsRead() throws IOException {
        byte[] wanted = body("/stream/reads/a/set?referenceName=chr1");
        server.close();
        server = RunningServer.start(unused -> store, "bams3.cache.metadata-ttl=0s");
        body(SMALL_QUERY);
        long before = store.bytesRead();
        assertThat(body("/stream/reads/a/set?referenceName=chr1"))
                .as("seed %s", seed)
                .isEqualTo(wanted);
        long wide = store.bytesRead() - before;
        assertThat(gets("/stream/reads/a/set?referenceName=chr1")).isZero();
        assertThat(wide).isPositive();
        assertThat(server.bean(ChunkFetcher.class).bytesHeld()).isZero();
    }

    @Test
    void aReplacedDatasetIsAnsweredAnewAndARemovedOneIsGone() throws IOException {
        body(SMALL_QUERY);
        body(SMALL_QUERY);
        publish(seed + 1);
        byte[] replaced = body(SMALL_QUERY);
        try (RunningServer fresh = RunningServer.start(unused -> memory)) {
            assertThat(replaced)
                    .as("seed %s", seed)
                    .isEqualTo(content(TicketClient.get(fresh.url(SMALL_QUERY)).body()));
        }
        memory.delete(new ObjectKey(PREFIX + "/_metadata.json"));
        assertThat(TicketClient.get(server.url(SMALL_QUERY)).statusCode()).isEqualTo(404);
    }

    @Test
    void damagedBytesAreNotKept() throws IOException {
        // In the store, since a second read cures what is damaged in flight.
        Map<ObjectKey, byte[]> chunks = new HashMap<>();
        memory.listAll(PREFIX + "/")
                .map(ObjectInfo::key)
                .filter(key -> key.value().contains("chunk"))
                .forEach(key ->
                        chunks.put(key, memory.get(key, Integer.MAX_VALUE).body()));
        chunks.forEach((key, body) -> {
            byte[] damaged = new byte[body.length];
            memory.put(key, damaged, PutCondition.always());
        });
        assertThat(isWhole(SMALL_QUERY)).as("seed %s", seed).isFalse();
        chunks.forEach((key, body) -> memory.put(key, body, PutCondition.always()));
        byte[] right = body(SMALL_QUERY);
        assertThat(gets(SMALL_QUERY)).isZero();
        assertThat(body(SMALL_QUERY)).isEqualTo(right);
    }

    @Test
    void aCacheThatIsOffOrTooSmallForAnAnswerIsLeftAlone() throws IOException {
        server.close();
        server = RunningServer.start(unused -> store, "bams3.cache.blocks=0");
        body(SMALL_QUERY);
        assertThat(gets(SMALL_QUERY)).isPositive();
        server.close();
        // An eighth of it is less than the whole set, more than the blocks of a place.
        server = RunningServer.start(unused -> store, "bams3.cache.blocks=1MB");
        body(PLACE);
        body(WHOLE);
        assertThat(gets(WHOLE)).as("seed %s", seed).isPositive();
        assertThat(gets(PLACE)).as("seed %s", seed).isZero();
    }

    /** The first GET waits until all others have their turns. */
    @Test
    void manyWhoAskForOneColdRegionMakeOneGet() throws Exception {
        int clients = 32;
        publishOneBlock();
        FaultyObjectStore slow =
                new FaultyObjectStore(memory, seed).onEach(FaultyObjectStore.readsOf("chunk"), Fault.HANG);
        CountingObjectStore counted = new CountingObjectStore(slow);
        try (RunningServer shared = RunningServer.start(unused -> counted);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                answers.add(threads.submit(
                        () -> TicketClient.get(shared.url(ONE_BLOCK)).body()));
            }
            ChunkFetcher fetcher = shared.bean(ChunkFetcher.class);
            Wait.until("all share the GET", () -> fetcher.getsShared() >= clients - 1);
            slow.awaitHanging(1);
            slow.release();
            byte[] right = body(ONE_BLOCK);
            for (Future<byte[]> answer : answers) {
                assertThat(answer.get()).as("seed %s", seed).isEqualTo(right);
            }
            assertThat(counted.gets("chunk")).as("seed %s", seed).isEqualTo(1);
            assertThat(fetcher.bytesHeld()).isZero();
        }
    }

    /** Whoever reads for the others may leave; somebody else reads then. */
    @Test
    void whoLeavesTakesNoOnesAnswerAway() throws Exception {
        publishOneBlock();
        FaultyObjectStore slow =
                new FaultyObjectStore(memory, seed).onNth(1, FaultyObjectStore.readsOf("chunk"), Fault.HANG);
        CountingObjectStore counted = new CountingObjectStore(slow);
        try (RunningServer shared = RunningServer.start(unused -> counted);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ChunkFetcher fetcher = shared.bean(ChunkFetcher.class);
            Future<byte[]> other;
            try (Socket leaves = new Socket("localhost", shared.port())) {
                leaves.getOutputStream()
                        .write(("GET " + ONE_BLOCK + " HTTP/1.1\r\nHost: a\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                slow.awaitHanging(1);
                other = threads.submit(
                        () -> TicketClient.get(shared.url(ONE_BLOCK)).body());
                Wait.until("both share the GET", () -> fetcher.getsShared() >= 1);
            }
            assertThat(other.get()).as("seed %s", seed).isEqualTo(body(ONE_BLOCK));
            assertThat(counted.gets("chunk")).isEqualTo(2);
            slow.release();
        }
    }

    private void publishOneBlock() {
        TestDatasets.write(
                memory, PREFIX, RandomRecords.header(), new RandomRecords(1).sortedList(20), BlockSizing.DEFAULT);
    }

    private void publish(long ofSeed) {
        TestDatasets.write(
                memory, PREFIX, RandomRecords.header(), List.copyOf(new RandomRecords(ofSeed).sortedList(600)), SMALL);
    }

    private byte[] body(String path) throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(server.url(path));
        assertThat(answer.statusCode()).as("seed %s", seed).isEqualTo(200);
        return content(answer.body());
    }

    /** Compressed bytes of BAM may differ from one server to the next. */
    private static byte[] content(byte[] answer) {
        return answer[0] == '@' ? answer : RawBam.inflated(answer);
    }

    private boolean isWhole(String path) {
        try {
            return TicketClient.get(server.url(path)).statusCode() == 200;
        } catch (IOException e) {
            // Broken off, after a block that was right.
            return false;
        }
    }

    /** GETs of chunks that a request makes. */
    private long gets(String path) throws IOException {
        store.reset();
        body(path);
        return store.calls().stream()
                .filter(call -> call.key().contains("chunk"))
                .count();
    }
}
