package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Seed;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** No value of a header that this service, Spring or Tomcat reads is a failure of the service. */
class HeaderValuesTest {
    private static final int REQUESTS = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_HEADERS", "2000"));

    private static final List<String> NAMES = List.of(
            "Accept",
            "Accept-Charset",
            "Accept-Encoding",
            "Accept-Language",
            "Access-Control-Request-Headers",
            "Access-Control-Request-Method",
            "Authorization",
            "Cache-Control",
            "Connection",
            "Content-Disposition",
            "Content-Encoding",
            "Content-Language",
            "Content-Type",
            "Cookie",
            "Date",
            "Expect",
            "Forwarded",
            "From",
            "If-Match",
            "If-Modified-Since",
            "If-None-Match",
            "If-Range",
            "If-Unmodified-Since",
            "Keep-Alive",
            "Last-Event-ID",
            "Link",
            "Origin",
            "Pragma",
            "Prefer",
            "Proxy-Authorization",
            "Range",
            "Referer",
            "Sec-Fetch-Site",
            "Sec-WebSocket-Protocol",
            "TE",
            "Trailer",
            "Upgrade",
            "Upgrade-Insecure-Requests",
            "User-Agent",
            "Via",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Proto",
            "X-Forwarded-Ssl",
            "X-HTTP-Method-Override",
            "X-Real-IP",
            "X-Request-Id",
            "X-Requested-With",
            "baggage",
            "b3",
            "traceparent",
            "tracestate",
            "Idempotency-Key");

    private static final List<String> PIECES = List.of(
            "a",
            "*",
            "/",
            ",",
            ";",
            "=",
            "q=0.5",
            "q=x",
            "\"",
            "\\",
            "(",
            "[",
            "{",
            "%",
            "%zz",
            "%2f",
            "\u00ff",
            "\t",
            " ",
            "-",
            "0",
            "99999999999999999999",
            "bytes=",
            "W/\"",
            "en-US",
            "text/html",
            "application/json",
            "charset=",
            "http",
            "https://",
            "Bearer ",
            "Basic ",
            "::1",
            "host=",
            "for=",
            "proto=",
            "$Version=1",
            "00-",
            "?",
            "#",
            "<",
            ">",
            "\u007f");

    private static final List<String> PATHS = List.of(
            "/reads/x",
            "/reads/service-info",
            "/stream/reads/x",
            "/datasets",
            "/datasets/x/coverage?referenceName=a",
            "/files/x.bam",
            "/admin/conversions",
            "/swagger-ui/index.html",
            "/v3/api-docs",
            "/",
            "/nowhere");

    @Test
    void noneIsAFailure() throws IOException {
        long seed = Seed.draw();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        try (RunningServer server = RunningServer.start(
                "bams3.proxy.trusted=127.0.0.0/8,::1", "bams3.admin.token=0123456789abcdef0123456789abcdef")) {
            lines.start();
            root.addAppender(lines);
            try {
                for (String name : NAMES) {
                    for (String value :
                            List.of("en,".repeat(11) + "de", "/x".repeat(3000), ",".repeat(7000), "a=(".repeat(2500))) {
                        check(server, "GET /reads/x HTTP/1.1", name + ": " + value, lines);
                    }
                }
                for (int i = 0; i < REQUESTS; i++) {
                    String method = List.of("GET", "GET", "HEAD", "POST", "OPTIONS", "DELETE")
                            .get(random.nextInt(6));
                    String path = PATHS.get(random.nextInt(PATHS.size()));
                    check(server, method + " " + path + " HTTP/1.1", header(random), lines);
                }
            } finally {
                root.detachAppender(lines);
            }
        }
    }

    private static String header(Random random) {
        StringBuilder header = new StringBuilder(NAMES.get(random.nextInt(NAMES.size()))).append(": ");
        int pieces = 1 + random.nextInt(8);
        for (int i = 0; i < pieces; i++) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            header.append(random.nextInt(8) == 0 ? piece.repeat(1 + random.nextInt(400)) : piece);
        }
        return header.toString();
    }

    private static void check(RunningServer server, String line, String header, ListAppender<ILoggingEvent> lines)
            throws IOException {
        lines.list.clear();
        String what = line + " " + header.substring(0, Math.min(300, header.length()));
        RawHttp.Answer answer = RawHttp.send(server.port(), line + "\r\n" + header);
        assertThat(answer.text()).as(what).startsWith("HTTP/1.1 ");
        assertThat(answer.status()).as(what + "\n" + answer.text()).isLessThan(500);
        for (ILoggingEvent event : List.copyOf(lines.list)) {
            assertThat(event.getLevel().isGreaterOrEqual(Level.WARN))
                    .as(what + ": " + event)
                    .isFalse();
            assertThat(event.getFormattedMessage()).as(what).hasSizeLessThan(1000);
        }
    }
}
