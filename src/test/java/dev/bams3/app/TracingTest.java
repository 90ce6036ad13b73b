package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A trace that a caller began goes on here: into the access log, and to a collector where there is one. */
class TracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @Test
    void theTraceOfTheCallerIsInTheLogAndItsSpanAtTheCollector() throws Exception {
        ByteArrayOutputStream collected = new ByteArrayOutputStream();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            synchronized (collected) {
                collected.writeBytes(body);
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger("dev.bams3.access");
        String address = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
        try {
            try (RunningServer server = RunningServer.start(
                    "bams3.store=memory:", "management.opentelemetry.tracing.export.otlp.endpoint=" + address)) {
                log.addAppender(lines);
                lines.start();
                assertThat(status(server.url("/t/secret-link/reads/a/none?referenceName=chr1")))
                        .isGreaterThanOrEqualTo(400);
            }
            // Closing has sent what was collected.
            byte[] spans;
            synchronized (collected) {
                spans = collected.toByteArray();
            }
            String text = new String(spans, StandardCharsets.ISO_8859_1);
            assertThat(HexFormat.of().formatHex(spans)).contains(TRACE);
            assertThat(text)
                    .contains("bams3-server", "bams3.outcome", "refused", "bams3.request")
                    .doesNotContain("secret-link");
            assertThat(lines.list).hasSize(1);
            assertThat(lines.list.getFirst().getFormattedMessage()).endsWith(" trace=" + TRACE);
        } finally {
            log.detachAppender(lines);
            collector.stop(0);
        }
    }

    @Test
    void withoutACollectorNothingIsSentAndEachRequestHasATraceOfItsOwn() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger("dev.bams3.access");
        try (RunningServer server = RunningServer.start("bams3.store=memory:")) {
            log.addAppender(lines);
            lines.start();
            for (int i = 0; i < 2; i++) {
                HttpResponse<String> answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(server.url("/reads/service-info")))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
            }
        } finally {
            log.detachAppender(lines);
        }
        // Lines are written after the answers; once the server is closed they are there.
        List<String> traces = lines.list.stream()
                .map(line -> line.getFormattedMessage().replaceAll(".* trace=", ""))
                .toList();
        assertThat(traces).hasSize(2).doesNotHaveDuplicates().allMatch(trace -> trace.matches("[0-9a-f]{32}"));
    }

    private static int status(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                // The last digit says that the caller's trace is kept, so this part of it is, too.
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
