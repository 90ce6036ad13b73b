package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a request is for does not change with the encoding of its path, nor with what a proxy says. */
class RoutedPathTest {
    private static RunningServer server;

    @BeforeAll
    static void start() throws IOException {
        int adminPort;
        try (ServerSocket free = new ServerSocket(0)) {
            adminPort = free.getLocalPort();
        }
        server = RunningServer.start(
                "bams3.admin.token=0123456789abcdef0123456789abcdef",
                "bams3.admin.port=" + adminPort,
                "bams3.proxy.trusted=127.0.0.0/8,::1",
                "bams3.auth.jwks-uri=http://127.0.0.1:9/keys",
                "bams3.auth.audience=a",
                "bams3.link.key=0123456789abcdef0123456789abcdef",
                // Hundreds of wrong tokens, each of which is to be looked at.
                "bams3.limit.failed-authentications=0");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The path with one letter encoded, for every letter, and with all of them encoded. */
    private static List<String> encodings(String path) {
        List<String> all = new ArrayList<>(List.of(path));
        StringBuilder whole = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            String escape = String.format(Locale.ROOT, "%%%02x", (int) path.charAt(i));
            if (path.charAt(i) == '/') {
                whole.append('/');
            } else {
                whole.append(escape);
                all.add(path.substring(0, i) + escape + path.substring(i + 1));
                all.add(path.substring(0, i) + escape.toUpperCase(Locale.ROOT) + path.substring(i + 1));
            }
        }
        all.add(whole.toString());
        return all;
    }

    private static RawHttp.Answer get(String path, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1");
        for (String header : headers) {
            head.append("\r\n").append(header);
        }
        return RawHttp.send(server.port(), head.toString());
    }

    @Test
    void theAdminSurfaceKeepsToItsPort() throws IOException {
        for (String path : encodings("/admin")) {
            for (String below : List.of("", "/", "/conversions", "/sweep")) {
                RawHttp.Answer answer = get(
                        path + below,
                        "Origin: https://other.example",
                        "Authorization: Bearer 0123456789abcdef0123456789abcdef",
                        "X-Forwarded-Prefix: /x");
                assertThat(answer.status()).as(path + below).isEqualTo(404);
                assertThat(answer.body()).as(path + below).contains("this port");
                assertThat(answer.header("Content-Type").orElseThrow()).contains("problem");
                assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
            }
        }
    }

    /** A wrong token is refused wherever tokens are read; a proxy's prefix makes no path one of the actuator's. */
    @Test
    void aPrefixSkipsNoCheck() throws IOException {
        for (String path : encodings("/reads/x")) {
            for (String prefix : List.of("/actuator", "/actuator/health", "/admin", "/t/x", "/stream/reads")) {
                RawHttp.Answer answer = get(path, "Authorization: Bearer x", "X-Forwarded-Prefix: " + prefix);
                assertThat(answer.status()).as(path + " " + prefix).isEqualTo(401);
            }
        }
        for (String path : encodings("/datasets/x")) {
            assertThat(get(path + "?slice=x", "Authorization: Bearer x").status())
                    .as(path)
                    .isEqualTo(401);
        }
        for (String path : encodings("/links")) {
            assertThat(get(path, "Authorization: Bearer x", "X-Forwarded-Prefix: /actuator")
                            .status())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    @Test
    void thereIsNoActuatorHere() throws IOException {
        for (String path : encodings("/actuator")) {
            assertThat(get(path + "/health").status()).as(path).isEqualTo(404);
        }
    }

    /** A link leads to the same place however it is written, and no answer repeats its token. */
    @Test
    void aLinkIsALinkHoweverItIsWritten() throws IOException {
        LinkTokens tokens = server.bean(LinkTokens.class);
        String token = tokens.sign(
                new CapabilityLink("x", Grant.everything(), tokens.now().plusSeconds(600)));
        for (String prefix : encodings("/t/")) {
            for (String place : encodings("/datasets/x")) {
                RawHttp.Answer answer = get(prefix + token + place, "Authorization: Bearer x");
                assertThat(answer.status()).as(prefix + place).isEqualTo(404);
                assertThat(answer.text())
                        .as(prefix + place)
                        .contains("no such dataset")
                        .doesNotContain(token);
            }
            for (String place :
                    List.of("/admin/sweep", "/%61dmin/sweep", "/links", "/actuator/health", "/t/x/reads/x")) {
                RawHttp.Answer answer = get(prefix + token + place);
                assertThat(answer.status()).as(prefix + place).isEqualTo(404);
                assertThat(answer.text())
                        .as(prefix + place)
                        .contains("a link leads to")
                        .doesNotContain(token);
            }
        }
    }

    @Test
    void aProxySpeaksOfHttpAndHttpsOnly() throws IOException {
        for (String header : List.of(
                "X-Forwarded-Proto: gopher",
                "X-Forwarded-Proto: https,javascript",
                "X-Forwarded-Proto: https,",
                "Forwarded: proto=gopher",
                "Forwarded: proto=\"file\";host=a",
                "X-Forwarded-Prefix: " + "/x".repeat(3000),
                "X-Forwarded-Prefix: /a b",
                "X-Forwarded-Prefix: a",
                "X-Forwarded-Host: " + "h".repeat(3000))) {
            assertThat(get("/reads/service-info", header).status()).as(header).isEqualTo(400);
        }
        for (String header : List.of(
                "X-Forwarded-Proto: https",
                "X-Forwarded-Proto: https, http",
                "Forwarded: proto=https;for=1.2.3.4",
                "X-Forwarded-Prefix: /a, /b/c/")) {
            assertThat(get("/reads/service-info", header).status()).as(header).isEqualTo(200);
        }
    }
}
