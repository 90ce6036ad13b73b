package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.Wait;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More requests than GETs and places to wait. */
@Timeout(60)
class FullQueueTest {
    private static final String REGION = "/stream/reads/a/reads?referenceName=chr1&start=1000&end=1100";

    @Test
    void whoFindsNoPlaceIsToldToComeAgainAndTheOthersAreServed() throws IOException {
        FaultyObjectStore[] faulty = new FaultyObjectStore[1];
        try (RunningServer server = ServedReads.shared()
                .start(
                        memory -> faulty[0] = new FaultyObjectStore(memory, 1)
                                .onEach(call -> call.key().contains("chunk"), Fault.HANG),
                        "bams3.fetch.gets=1",
                        "bams3.fetch.gets-per-request=1",
                        "bams3.fetch.waiting=1")) {
            ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
            List<CompletableFuture<Integer>> served = new ArrayList<>();
            served.add(later(server));
            faulty[0].awaitHanging(1);
            served.add(later(server));
            Wait.until("a request waits", () -> fetcher.room().waiting() > 0);
            HttpResponse<byte[]> refused = TicketClient.get(server.url(REGION));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("ServiceUnavailable");
            assertThat(fetcher.room().refused()).isEqualTo(1);
            faulty[0].release();
            assertThat(served.stream().map(CompletableFuture::join)).containsExactly(200, 200);
            assertThat(fetcher.room().waiting()).isZero();
            assertThat(fetcher.getsInFlight()).isZero();
        }
    }

    private static CompletableFuture<Integer> later(RunningServer server) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return TicketClient.get(server.url(REGION)).statusCode();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                Thread::startVirtualThread);
    }
}
