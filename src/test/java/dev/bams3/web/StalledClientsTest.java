package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.Wait;
import dev.bams3.query.ReadsQuery;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that ask for much and take nothing of it. */
@Timeout(120)
class StalledClientsTest {
    private static final int CLIENTS = 60;
    private static final String SMALL = "/stream/reads/a/reads?format=SAM&referenceName=chr1&start=1000&end=2000";

    @Test
    void nobodyElseWaitsForThem() throws IOException {
        try (RunningServer server = start("bams3.encode.memory=16MB", "bams3.fetch.memory=16MB")) {
            ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
            List<Socket> stalled = ask(server);
            try {
                Wait.until("requests wait", () -> fetcher.room().waiting() >= CLIENTS / 6);
                HttpResponse<byte[]> answer = TicketClient.get(server.url(SMALL));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(new String(answer.body(), StandardCharsets.UTF_8)
                                .lines()
                                .filter(line -> !line.startsWith("@"))
                                .map(ServedReads::sorted))
                        .containsExactlyElementsOf(ServedReads.shared().overlapping("chr1", 1000, 2000));
                assertThat(fetcher.room().waiting())
                        .as("they stalled meanwhile")
                        .isPositive();
            } finally {
                close(stalled);
            }
        }
    }

    /** Memory has room for all, so that none of them is refused. */
    @Test
    void theyAreDisconnectedAndWhatTheyHeldIsFree() throws IOException {
        try (RunningServer server =
                start("bams3.request.stall-timeout=1s", "bams3.encode.memory=512MB", "bams3.fetch.memory=512MB")) {
            ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
            ReadsQuery query = server.bean(ReadsQuery.class);
            List<Socket> stalled = ask(server);
            try {
                Wait.until("answers wait", () -> query.encodedBytesHeld() > 0);
                Wait.until("all are disconnected", () -> server.connections() <= 1);
                Wait.until("nothing is held", () -> fetcher.bytesHeld() == 0 && query.encodedBytesHeld() == 0);
                assertThat(fetcher.getsInFlight()).isZero();
                assertThat(fetcher.room().waiting()).isZero();
                assertThat(fetcher.room().refused()).isZero();
                for (Socket socket : stalled) {
                    assertThat(isCutOff(socket)).isTrue();
                }
                assertThat(TicketClient.get(server.url(SMALL)).statusCode()).isEqualTo(200);
            } finally {
                close(stalled);
            }
        }
    }

    /** Reads what the connection's buffers still have of a chunked answer: it must not come to its end. */
    private static boolean isCutOff(Socket socket) {
        try {
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return rest.startsWith("HTTP/1.1 200") && !rest.endsWith("\r\n\r\n");
        } catch (IOException e) {
            return true;
        }
    }

    private static RunningServer start(String... settings) {
        return ServedReads.shared().start(UnaryOperator.identity(), settings);
    }

    /** Half of them JSON, half of them BAM, of the whole dataset; more than the buffers of a connection take. */
    private static List<Socket> ask(RunningServer server) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Socket socket = new Socket();
            // Before it is connected, so that the sender learns how little there is room for.
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress("localhost", server.port()));
            socket.setSoTimeout(30_000);
            String format = i % 2 == 0 ? "JSON" : "BAM";
            socket.getOutputStream()
                    .write(("GET /stream/reads/a/reads?format=" + format + " HTTP/1.1\r\nHost: a\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            sockets.add(socket);
        }
        return sockets;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
