package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.Wait;
import dev.bams3.query.ReadsQuery;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that leave while the store is slow: what was being read for them ends, without a byte having to be written. */
@Timeout(60)
class DisconnectTest {
    private static final Predicate<Call> CHUNKS = call -> call.key().contains("chunk");

    /** By a reset, as of a process that dies, and by an orderly close, as of a viewer that scrolls on. */
    @Test
    void noGetSurvivesItsClient() throws IOException {
        FaultyObjectStore[] faulty = new FaultyObjectStore[1];
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer server = ServedReads.shared().start(memory -> {
            faulty[0] = new FaultyObjectStore(memory, 1).onEach(CHUNKS, Fault.HANG);
            store[0] = new CountingObjectStore(faulty[0]);
            return store[0];
        })) {
            for (boolean reset : new boolean[] {true, false}) {
                try (Socket socket = ask(server, "/stream/reads/a/reads")) {
                    faulty[0].awaitHanging(1);
                    if (reset) {
                        socket.setSoLinger(true, 0);
                    }
                }
                // They hang still: only being cancelled can have ended them.
                Wait.until("no GET of the store", () -> store[0].readsInFlight() == 0);
                ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
                Wait.until("nothing is held", () -> fetcher.getsInFlight() == 0 && fetcher.bytesHeld() == 0);
                assertThat(server.bean(ReadsQuery.class).encodedBytesHeld()).isZero();
            }
            assertThat(reads(store[0]))
                    .as("no GET was started after one was cancelled")
                    .isLessThanOrEqualTo(2L * 8);
            faulty[0].release();
            HttpResponse<byte[]> whole = TicketClient.get(server.url("/stream/reads/a/reads"));
            assertThat(ServedReads.decode(whole.body()))
                    .hasSameSizeAs(ServedReads.shared().records());
        }
    }

    /** Two requests in one go: that there is more to read does not mean that the client is gone. */
    @Test
    void aClientThatSendsItsNextRequestEarlyIsStillThere() throws IOException {
        RunningServer server = ServedReads.shared().server();
        String head = "GET /stream/reads/a/reads?referenceName=chr1&format=SAM HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n";
        RawHttp.Answer alone = RawHttp.sendBytes(server.port(), head + "Connection: close\r\n\r\n");
        RawHttp.Answer both = RawHttp.sendBytes(server.port(), head + "\r\n" + head + "Connection: close\r\n\r\n");
        assertThat(alone.status()).isEqualTo(200);
        assertThat(both.text().split("HTTP/1.1 200", -1)).hasSize(3);
        assertThat(both.text()).containsPattern("\r\n0\r\nBAMS3-Records: [0-9]+\r\n\r\n$");
        assertThat(both.bytes().length).isGreaterThan(2 * alone.body().length());
    }

    private static long reads(CountingObjectStore store) {
        return store.calls().stream().filter(CHUNKS).count();
    }

    private static Socket ask(RunningServer server, String path) throws IOException {
        Socket socket = new Socket("localhost", server.port());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
