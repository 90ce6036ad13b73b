package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one caller may ask for in a time, and at one time. */
class CallerLimitsTest {
    @Test
    void onePersonDoesNotTakeItAll() throws IOException {
        try (RunningServer limited = ServedReads.shared()
                .replica("bams3.limit.requests-per-second=1", "bams3.limit.burst=3", "bams3.limit.concurrent=50")) {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                statuses.add(
                        TicketClient.get(limited.url("/reads/service-info")).statusCode());
            }
            assertThat(statuses.subList(0, 3)).containsOnly(200);
            assertThat(statuses).contains(429);
            HttpResponse<byte[]> refused = TicketClient.get(limited.url("/reads/a/reads"));
            for (int i = 0; refused.statusCode() != 429 && i < 20; i++) {
                refused = TicketClient.get(limited.url("/reads/a/reads"));
            }
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                    .contains("{\"htsget\":{\"error\":\"TooManyRequests\"");
        }
    }

    /** The second is refused while the first is under way: its client has not taken all of it. */
    @Test
    void onePersonDoesNotTakeAllAtOneTime() throws IOException {
        try (RunningServer limited = ServedReads.shared().replica("bams3.limit.concurrent=1");
                Socket first = new Socket()) {
            // Less than the answer, so that the service waits for its client.
            first.setReceiveBufferSize(4096);
            first.connect(new InetSocketAddress("localhost", limited.port()));
            first.getOutputStream()
                    .write("GET /stream/reads/a/reads?format=JSON HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(first.getInputStream().readNBytes(100)).hasSize(100);
            HttpResponse<byte[]> second = TicketClient.get(limited.url("/reads/service-info"));
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(new String(second.body(), StandardCharsets.UTF_8)).contains("1 requests under way");
            first.setSoLinger(true, 0);
        }
    }
}
