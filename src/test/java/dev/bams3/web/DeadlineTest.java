package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.Wait;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.ObjectStore;
import dev.bams3.web.WireAnswer.Outcome;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests whose answers cannot begin: each is told so when its time is over, and nothing of it is left. */
@Timeout(60)
class DeadlineTest {
    private static final String REGION = "referenceName=chr1&start=1000&end=2000";
    private static final String SECOND = "bams3.request.deadline=1s";

    @ParameterizedTest
    @CsvSource({
        "_metadata.json, the metadata of the dataset, /stream/reads/a/reads",
        "_metadata.json, the metadata of the dataset, /reads/a/reads",
        "_metadata.json, the metadata of the dataset, /datasets/a/reads",
        "_metadata.json, the metadata of the dataset, /datasets/a/reads/count",
        ".b3i, the index, /stream/reads/a/reads",
        ".b3i, the index, /reads/a/reads",
        ".b3i, the index, /datasets/a/reads/count",
        ".b3i, the index, /datasets/a/reads/coverage",
        ".b3i, the index, /datasets/a/reads/plan",
        ".sam.zst, the header, /stream/reads/a/reads?class=header&",
        ".sam.zst, the header, /reads/a/reads?class=header&",
        ".b3c, blocks of the dataset, /stream/reads/a/reads",
        ".b3c, blocks of the dataset, /stream/reads/a/reads?format=JSON&",
        ".b3c, blocks of the dataset, /datasets/a/reads/count",
        ".b3c, blocks of the dataset, /datasets/a/reads/coverage",
    })
    void aStoreThatHangs(String object, String waitedFor, String path) throws IOException {
        Predicate<Call> hangs = call -> call.key().endsWith(object);
        boolean wholeQuery = path.contains("class=header") || path.equals("/datasets/a/reads");
        String query = wholeQuery ? "" : (path.endsWith("&") ? "" : "?") + REGION;
        assertLate(hangs, path.endsWith("&") && wholeQuery ? path.replaceAll("&$", "") : path + query, waitedFor);
    }

    @Test
    void aListThatHangs() throws IOException {
        assertLate(call -> call.operation() == Operation.LIST, "/datasets", "the store");
    }

    private static void assertLate(Predicate<Call> hangs, String path, String waitedFor) throws IOException {
        FaultyObjectStore[] faulty = new FaultyObjectStore[1];
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer server = ServedReads.shared()
                .start(
                        memory -> {
                            faulty[0] = new FaultyObjectStore(memory, 1).onEach(hangs, Fault.HANG);
                            return store[0] = new CountingObjectStore(faulty[0]);
                        },
                        SECOND)) {
            assertLate(server, path, waitedFor);
            // They hang still: only being cancelled can have ended them.
            Wait.until("GETs", () -> store[0].readsInFlight() == 0);
            assertNothingHeld(server);
            faulty[0].release();
            assertThat(TicketClient.get(server.url(path)).statusCode()).isEqualTo(200);
        }
    }

    private static void assertLate(RunningServer server, String path, String waitedFor) throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(server.url(path));
        String error = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(error).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(error)
                .contains(
                        "ServiceUnavailable",
                        "no answer within ",
                        " s (interrupted while waiting for " + waitedFor + ")");
    }

    private static void assertNothingHeld(RunningServer server) {
        ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
        Wait.until(
                "permits and bytes are free",
                () -> fetcher.getsInFlight() == 0
                        && fetcher.bytesHeld() == 0
                        && fetcher.room().waiting() == 0
                        && server.bean(ReadsQuery.class).encodedBytesHeld() == 0);
    }

    /** A stream whose answer has begun has the only GET, for longer than the deadline; it is none of the deadline's business. */
    @Test
    void noTurn() throws Exception {
        FaultyObjectStore[] faulty = new FaultyObjectStore[1];
        try (RunningServer server = ServedReads.shared()
                .start(
                        memory -> faulty[0] = new FaultyObjectStore(memory, 1)
                                .onNth(2, FaultyObjectStore.readsOf(".b3c"), Fault.HANG),
                        "bams3.request.deadline=3s",
                        "bams3.cache.blocks=0",
                        "bams3.fetch.gets=1",
                        "bams3.fetch.gets-per-request=1",
                        "bams3.fetch.read-ahead=64KB")) {
            CompletableFuture<HttpResponse<byte[]>> stream = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    stream.complete(TicketClient.get(server.url("/stream/reads/a/reads")));
                } catch (IOException e) {
                    stream.completeExceptionally(e);
                }
            });
            faulty[0].awaitHanging(1);
            assertLate(server, "/stream/reads/a/reads?" + REGION, "a turn at the store");
            assertThat(stream).isNotDone();
            faulty[0].release();
            assertThat(ServedReads.decode(stream.get().body()))
                    .hasSameSizeAs(ServedReads.shared().records());
            assertNothingHeld(server);
        }
    }

    @Test
    void noThread() throws IOException {
        try (RunningServer server = ServedReads.shared().start(memory -> memory, SECOND)) {
            ThreadPoolExecutor cpu = (ThreadPoolExecutor) server.bean(ExecutorService.class);
            CountDownLatch free = new CountDownLatch(1);
            for (int i = 0; i < cpu.getMaximumPoolSize(); i++) {
                cpu.execute(() -> {
                    try {
                        free.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            assertLate(server, "/stream/reads/a/reads?" + REGION, "a thread to decode blocks");
            assertNothingHeld(server);
            free.countDown();
            assertThat(TicketClient.get(server.url("/stream/reads/a/reads")).statusCode())
                    .isEqualTo(200);
        }
    }

    /** The real adapter, whose attempts have more patience than the request: not one more of them is begun. */
    @ParameterizedTest
    @EnumSource(names = {"SILENCE", "SILENCE_IN_BODY", "DRIP"})
    void theAdapterIsCancelledToo(FaultyS3.Fault fault) throws IOException {
        try (FaultRig rig = new FaultRig(FaultRig.records(1, 300), S3ProxyServer::settings, SECOND)) {
            AtomicInteger asked = new AtomicInteger();
            rig.s3().setFaults(request -> {
                asked.incrementAndGet();
                return fault;
            });
            assertThat(rig.ask(AnswerKind.BAM, "a", "").status()).isEqualTo(503);
            rig.assertNothingHeld();
            assertThat(asked).hasValue(1);
            rig.s3().setFaults(request -> request.key().endsWith(".b3c") ? fault : null);
            assertThat(rig.ask(AnswerKind.SAM, "b", "").status()).isEqualTo(503);
            rig.assertNothingHeld();
        }
    }

    /**
     * Behind the first byte the deadline has nothing to say, and the attempts of the adapter are what a stalled store has: when
     * they are used up, the connection is broken off.
     */
    @ParameterizedTest
    @EnumSource(names = {"SILENCE", "SILENCE_IN_BODY", "DRIP"})
    void aStoreThatStallsInMidStreamBreaksTheAnswerOff(FaultyS3.Fault fault) throws IOException {
        try (FaultRig rig = new FaultRig(FaultRig.records(1, 300))) {
            Map<Long, Integer> asked = new ConcurrentHashMap<>();
            String last = rig.memory().list("", "", ObjectStore.MAX_LISTED).stream()
                    .map(object -> object.key().value())
                    .filter(key -> key.endsWith(".b3c"))
                    .reduce("", (a, b) -> b);
            rig.s3().setFaults(request -> {
                if (!request.key().equals(last)) {
                    return null;
                }
                asked.merge(request.offset(), 1, Integer::sum);
                return fault;
            });
            byte[] right = rig.right().of(AnswerKind.SAM, ReadSelection.everything());
            assertThat(rig.ask(AnswerKind.SAM, "a", "").outcome(AnswerKind.SAM.format(), right, fault.name()))
                    .isEqualTo(Outcome.BROKEN);
            assertThat(Collections.max(asked.values()))
                    .isEqualTo(FaultRig.settings(rig.s3().endpoint()).attempts());
            rig.s3().setFaults(request -> null);
            rig.assertNothingHeld();
        }
    }
}
