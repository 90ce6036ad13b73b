package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** htsget 1.3 § CORS, on tickets and on data. */
class CrossOriginTest {
    private static RunningServer open;
    private static RunningServer closed;

    @BeforeAll
    static void start() {
        open = RunningServer.start();
        closed = RunningServer.start("bams3.cors.origins=https://igv.example,https://jbrowse.example");
    }

    @AfterAll
    static void stop() {
        open.close();
        closed.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reads/a", "/stream/reads/a?slice=x", "/reads/service-info", "/nothing"})
    void aPreflightWithAuthorizationAndCacheControlIsGoodForThirtyDays(String path) throws IOException {
        RawHttp.Answer answer = RawHttp.send(
                open.port(),
                "OPTIONS " + path + " HTTP/1.1\r\nOrigin: https://igv.example\r\nAccess-Control-Request-Method: GET\r\n"
                        + "Access-Control-Request-Headers: authorization,cache-control");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).contains("https://igv.example");
        assertThat(answer.header("Access-Control-Allow-Headers"))
                .hasValueSatisfying(
                        headers -> assertThat(headers).contains("authorization", "cache-control", "content-type"));
        assertThat(answer.header("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("GET", "POST"));
        assertThat(answer.header("Access-Control-Max-Age")).contains("2592000");
    }

    /** htsget 1.3 § CORS: the values of the request are propagated. */
    @Test
    void aPreflightAllowsTheHeadersThatItAnnounces() throws IOException {
        RawHttp.Answer answer = RawHttp.send(
                open.port(),
                "OPTIONS /reads/a HTTP/1.1\r\nOrigin: https://igv.example\r\nAccess-Control-Request-Method: GET\r\n"
                        + "Access-Control-Request-Headers: X-Requested-With,traceparent, if-none-match,, bad name, x:y\r\n"
                        + "Access-Control-Request-Headers: x-subregion");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(List.of(answer.header("Access-Control-Allow-Headers")
                        .orElseThrow()
                        .split(", ")))
                .contains("x-requested-with", "traceparent", "if-none-match", "x-subregion", "authorization")
                .doesNotContain("bad name", "x:y", "");
        assertThat(answer.text().lines().filter(line -> line.startsWith("Vary:")))
                .anySatisfy(line -> assertThat(line).contains("Access-Control-Request-Headers"));
    }

    @Test
    void answersAndErrorsMirrorTheOrigin() throws IOException {
        for (String path : new String[] {"/reads/service-info", "/reads/a.bai", "/stream/reads/a?slice=x"}) {
            RawHttp.Answer answer =
                    RawHttp.send(open.port(), "GET " + path + " HTTP/1.1\r\nOrigin: https://igv.example");
            assertThat(answer.header("Access-Control-Allow-Origin")).contains("https://igv.example");
            assertThat(answer.header("Vary")).contains("Origin");
        }
    }

    @Test
    void onlyConfiguredOriginsAreMirrored() throws IOException {
        String request = "GET /reads/service-info HTTP/1.1\r\nOrigin: ";
        assertThat(RawHttp.send(closed.port(), request + "https://igv.example").header("Access-Control-Allow-Origin"))
                .contains("https://igv.example");
        RawHttp.Answer other = RawHttp.send(closed.port(), request + "https://other.example");
        assertThat(other.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(other.header("Vary")).contains("Origin");
    }

    @Test
    void optionsWithoutAnOriginNamesTheMethods() throws IOException {
        RawHttp.Answer answer = RawHttp.send(open.port(), "OPTIONS /reads/a HTTP/1.1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow).contains("GET", "HEAD", "POST", "OPTIONS"));
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(answer.header("Accept-Patch")).isEmpty();
    }
}
