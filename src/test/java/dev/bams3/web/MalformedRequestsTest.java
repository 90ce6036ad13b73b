package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be answered is told as htsget JSON, whoever finds it: this application, Spring or Tomcat. */
class MalformedRequestsTest {
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '`',
            value = {
                // Tomcat's
                "GET /reads/a%zz 400 InvalidInput",
                "GET /reads/a;x=1 400 InvalidInput",
                "GET /reads/a%3Bx=1 400 InvalidInput",
                "CONNECT /reads/a 405 InvalidInput",
                "CONNECT localhost:8080 405 InvalidInput",
                "GET /reads/a% 400 InvalidInput",
                "GET /reads/a;x=% 400 InvalidInput",
                "GET /reads/../x;_6% 400 InvalidInput",
                "PATCH /datasets/x;a=%4/y 400 InvalidInput",
                "GET /reads/a%2Fb 404 NotFound",
                "GET /reads/a%2F%2Fb 400 InvalidInput",
                "GET /reads%2Fa 400 InvalidInput",
                "GET /reads/a%252Fb 400 InvalidInput",
                "GET * 400 InvalidInput",
                "GET /reads/a%5Cb 400 InvalidInput",
                "GET /reads/a%00b 400 InvalidInput",
                "GET /reads/a\\b 400 InvalidInput",
                "GET /reads/a\"b 400 InvalidInput",
                "GET /reads/a<b> 400 InvalidInput",
                "GET /reads/%ff%fe 400 InvalidInput",
                "GET reads 400 InvalidInput",
                "GET /../../etc/passwd 400 InvalidInput",
                "TRACE /reads/a 405 InvalidInput",
                "G@T /reads/a 400 InvalidInput",
                "OPTIONS *?\u00e9 400 InvalidInput",
                // Spring's
                "GET /favicon.ico 404 NotFound",
                "GET /nothing/here 404 NotFound",
                "GET /actuator/health 404 NotFound",
                "GET /error 404 NotFound",
                "GET /swagger-ui?x=%ff 400 InvalidInput",
                "PUT /reads/a 405 InvalidInput",
                "DELETE /reads/a 405 InvalidInput",
                "PATCH /stream/reads/a 405 InvalidInput",
                "BREW /reads/a 405 InvalidInput",
                "PUT /reads/service-info 405 InvalidInput",
                // ours
                "GET /reads 404 NotFound",
                "GET /reads/ 404 NotFound",
                "GET /stream/reads 404 NotFound",
                "GET /reads/a/ 400 InvalidInput",
                "GET /reads/a//b 400 InvalidInput",
                "GET /reads/.hidden 400 InvalidInput",
                "GET /reads/a/.b 400 InvalidInput",
                "GET /reads/%2e%2e/%2e%2e/etc/passwd 400 InvalidInput",
                "GET /reads/..%2e/x 400 InvalidInput",
                "GET /reads/a%0d%0aX-Evil:1 400 InvalidInput",
                "GET /reads/a%20b 400 InvalidInput",
                "GET /reads/%C3%A9 400 InvalidInput",
                "GET /reads/a?x=%zz 400 InvalidInput",
                "GET /reads/a?x=%ff 400 InvalidInput",
                "GET /reads/a?start=1 400 InvalidInput",
                "GET /reads/a?format=CRAM 400 UnsupportedFormat",
                "GET /reads/a?referenceName=1&start=2&end=1 400 InvalidRange",
                "GET /reads/a.bam.bai 404 NotFound",
                "GET /reads/a.csi 404 NotFound",
                "GET /reads/a/b.crai 404 NotFound",
                "GET /reads/a.tbi?referenceName=1 404 NotFound",
                "GET /stream/reads/a.bai 404 NotFound",
                "GET /stream/reads/a?slice=x 403 PermissionDenied",
                "GET /stream/reads/a?slice= 403 PermissionDenied",
                "GET /stream/reads/a?slice=x&slice=y 400 InvalidInput",
                "GET /stream/reads/a?slice=x&referenceName=1 400 InvalidInput",
            })
    void everyFailureIsHtsgetJson(String method, String target, int status, String error) throws IOException {
        RawHttp.Answer answer = RawHttp.send(server.port(), method + " " + target + " HTTP/1.1");
        assertIsError(answer, status, error);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/reads/../x",
                "/reads/../../x",
                "/reads/./..",
                "/reads/a/../b",
                "/reads/a/..%2f..%2fx",
                "/reads/%2e%2e",
                "/reads/..;/x",
                "/reads/a/%2e",
                "/stream/reads/../../etc/passwd",
                "/reads/file:/etc/passwd/../x",
                "/reads/s3://bucket/x",
                "/reads//etc/passwd",
                "/reads/a\u0000b",
                "/reads/~/..",
                "/reads/a/...",
                "/reads/..\\x"
            })
    void idsThatClimbAreNeverLookedUp(String path) throws IOException {
        assertIsError(RawHttp.send(server.port(), "GET " + path + " HTTP/1.1"), 400, "InvalidInput");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void serviceInfoIsNoDataset(String method) throws IOException {
        RawHttp.Answer answer = RawHttp.sendBytes(
                server.port(),
                method + " /reads/service-info HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"datatype\":\"reads\"");
    }

    @Test
    void theWayOutOfA405IsNamed() throws IOException {
        RawHttp.Answer answer = RawHttp.send(server.port(), "DELETE /reads/a HTTP/1.1");
        assertThat(answer.header("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow).contains("GET", "HEAD", "POST"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE /reads/a          | GET HEAD POST OPTIONS",
                "TRACE /reads/a           | GET HEAD POST OPTIONS",
                "TRACE /stream/reads/a    | GET HEAD POST OPTIONS",
                "CONNECT /reads/a         | GET HEAD POST OPTIONS",
                "POST /files/a.bam        | GET HEAD OPTIONS",
                "TRACE /files/a.bam       | GET HEAD OPTIONS",
                "PUT /datasets/a          | GET HEAD OPTIONS",
                "TRACE /datasets/a        | GET HEAD OPTIONS",
                "PUT /datasets/a/coverage | GET HEAD POST OPTIONS",
                "OPTIONS /datasets/a      | GET HEAD OPTIONS",
                "OPTIONS /datasets/a/coverage | GET HEAD POST OPTIONS",
                "OPTIONS /datasets        | GET HEAD OPTIONS",
                "POST /cohorts            | GET HEAD OPTIONS",
                "POST /cohorts/a          | GET HEAD OPTIONS",
                "OPTIONS /cohorts/a       | GET HEAD OPTIONS",
                "OPTIONS /cohorts/a/count | GET HEAD POST OPTIONS",
                "PUT /cohorts/a/count     | GET HEAD POST OPTIONS",
                "GET /links               | POST OPTIONS",
                "TRACE /links             | POST OPTIONS",
                "OPTIONS *                | GET HEAD POST PUT DELETE OPTIONS",
                "OPTIONS /files/a.bam     | GET HEAD OPTIONS",
                "OPTIONS /reads/a         | GET HEAD POST OPTIONS",
            })
    void methodsThatExistAreNamed(String request, String methods) throws IOException {
        RawHttp.Answer answer = RawHttp.send(server.port(), request + " HTTP/1.1");
        assertThat(answer.status()).isEqualTo(request.startsWith("OPTIONS") ? 200 : 405);
        assertThat(answer.header("Allow").orElseThrow().split(",\\s*")).containsExactlyInAnyOrder(methods.split(" "));
        assertThat(answer.header("Accept-Patch")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reads/a", "/stream/reads/a"})
    void aCompressedBodyIsRefused(String path) throws IOException {
        for (String type : List.of("Content-Type: application/json\r\n", "")) {
            RawHttp.Answer answer = post(path, type + "Content-Encoding: gzip\r\n", "{}");
            assertIsError(answer, 415, "InvalidInput");
            assertThat(answer.header("Accept-Encoding")).contains("identity");
            assertThat(answer.text()).contains("Content-Encoding");
        }
    }

    @Test
    void overLongAddressesAndHeadersAreRefused() throws IOException {
        String tooLong = "x".repeat(70_000);
        assertIsError(RawHttp.send(server.port(), "GET /reads/a?x=" + tooLong + " HTTP/1.1"), 414, "InvalidInput");
        assertIsError(RawHttp.send(server.port(), "GET /reads/a HTTP/1.1\r\nX: " + tooLong), 431, "InvalidInput");
        assertIsError(RawHttp.send(server.port(), "GET /reads/" + "x".repeat(401) + " HTTP/1.1"), 400, "InvalidInput");
    }

    @Test
    void requestsThatAreNotHttpAreRefused() throws IOException {
        assertIsError(RawHttp.sendBytes(server.port(), "GET /reads/a HTTP/1.1\r\n\r\n"), 400, "InvalidInput");
        assertIsError(
                RawHttp.sendBytes(server.port(), "GET /reads/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                400,
                "InvalidInput");
        // A TLS greeting, which htsjdk sends first to every server: answered or closed, not left hanging.
        RawHttp.Answer tls = RawHttp.sendBytes(server.port(), "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n");
        assertThat(tls.bytes().length).isLessThan(1000);
    }

    /** What Tomcat and Spring answer by themselves, or take for a failure of the service. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /reads/a HTTP/9.1",
                "GET /reads/a HTTP/1.1x",
                "GET /reads/a HTTP/1.1\r\nX-Forwarded-Port: x",
                "GET /reads/a HTTP/1.1\r\nX-Forwarded-Prefix: +/../x",
                "POST /nothing HTTP/1.1\r\nX-Forwarded-Prefix: x",
                "GET /swagger-ui HTTP/1.1\r\nX-Forwarded-Host: a\tb",
                "GET /reads/a HTTP/1.1\r\nForwarded: host=\"a<b\"",
                "GET /reads/a HTTP/1.1\r\nAccept\u0001: x",
                "GET /reads/a HTTP/1.1\r\nAccept: \u0001x",
                "GET /links HTTP/1.1\r\nAccept: \u0001x",
                "GET /reads/a HTTP/1.1\r\nTransfer-Encoding: xchunked",
            })
    void whatServerAndFrameworksRefuseIsHtsgetJsonToo(String head) throws IOException {
        assertIsError(RawHttp.send(server.port(), head), 400, "InvalidInput");
    }

    /** An answer to HTTP/0.9 has no head; the one to the next request has, whatever is wrong with that. */
    @Test
    void aRequestWithoutAVersionChangesNothingForTheNext() throws IOException {
        for (int i = 0; i < 10; i++) {
            String old = RawHttp.sendBytes(server.port(), "GET /reads/service-info\r\n")
                    .text();
            assertThat(old).startsWith("{");
            assertIsError(RawHttp.send(server.port(), "G@T /reads/a HTTP/1.1"), 400, "InvalidInput");
        }
    }

    /** Whoever would keep the connection loses no request on it. */
    @ParameterizedTest
    @CsvSource({"GET /reads/a, Expect: x, 417", "GET /reads/a, X: {long}, 431", "CONNECT a:1, Expect: x, 405"})
    void theEndOfAConnectionIsAnnounced(String request, String header, int status) throws IOException {
        RawHttp.Answer answer = RawHttp.sendBytes(
                server.port(),
                request + " HTTP/1.1\r\nHost: a:1\r\n" + header.replace("{long}", "x".repeat(70_000)) + "\r\n\r\n");
        assertIsError(answer, status, "InvalidInput");
        assertThat(answer.header("Connection")).contains("close");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reads/a", "/stream/reads/a"})
    void aPostMustBeJson(String path) throws IOException {
        for (String type : new String[] {
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "Content-Type: text/plain\r\n",
            "Content-Type: multipart/form-data; boundary=x\r\n",
            "Content-Type: nonsense\r\n",
            "Content-Type: application/json-seq\r\n",
            ""
        }) {
            assertIsError(post(path, type, "{\"class\":\"header\"}"), 415, "InvalidInput");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                  | 400 | InvalidInput",
                "[1]                                                | 400 | InvalidInput",
                "{\"regions\":[]}                                   | 400 | InvalidInput",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":1,\"end\":1}]} | 400 | InvalidRange",
                "{\"format\":\"VCF\"}                               | 400 | UnsupportedFormat",
                "{\"class\":\"header\",\"regions\":[{}]}            | 400 | InvalidInput",
            })
    void wrongBodiesAreTold(String body, int status, String error) throws IOException {
        assertIsError(post("/reads/a", "Content-Type: application/json\r\n", body), status, error);
        assertIsError(post("/stream/reads/a", "Content-Type: application/json;charset=utf-8\r\n", body), status, error);
    }

    @Test
    void parametersInTheQueryOfAPostAreRefused() throws IOException {
        assertIsError(
                post("/reads/a?referenceName=1", "Content-Type: application/json\r\n", "{}"), 400, "InvalidInput");
        assertIsError(post("/reads/a?other=1", "Content-Type: application/json\r\n", "{}"), 400, "InvalidInput");
        assertIsError(
                post("/stream/reads/a?explain=2", "Content-Type: application/json\r\n", "{}"), 400, "InvalidInput");
    }

    @Test
    void bodiesOverTheLimitAreTooLarge() throws IOException {
        String body = "{\"regions\":[" + "{},".repeat(10_000) + "{}]}";
        assertIsError(post("/reads/a", "Content-Type: application/json\r\n", body), 413, "PayloadTooLarge");
        assertIsError(
                post("/reads/a", "Content-Type: application/json\r\n", " ".repeat((1 << 20) + 1)),
                413,
                "PayloadTooLarge");
    }

    @Test
    void theCallersRequestIdComesBackIfItIsHarmless() throws IOException {
        String request = "GET /reads/a?start=1 HTTP/1.1\r\nX-Request-Id: ";
        assertThat(RawHttp.send(server.port(), request + "abc-1.2_3").header("X-Request-Id"))
                .contains("abc-1.2_3");
        assertThat(RawHttp.send(server.port(), request + "<script>").header("X-Request-Id"))
                .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f-]{36}"));
        // Where no filter has seen the request, too.
        assertThat(RawHttp.send(server.port(), "GET /reads/a%zz HTTP/1.1").header("X-Request-Id"))
                .isPresent();
    }

    @Test
    void namesOfIgnoredParametersCannotBecomeHeaders() throws IOException {
        RawHttp.Answer answer = RawHttp.send(
                server.port(), "GET /reads/service-info?a%0d%0aX-Evil:%201=2 HTTP/1.1\r\nX-Request-Id: a\r\n b");
        assertThat(answer.header("X-Evil")).isEmpty();
        answer = RawHttp.send(server.port(), "GET /reads/a?a%0d%0aX-Evil:%201=2&encryptionScheme=x HTTP/1.1");
        assertThat(answer.header("X-Evil")).isEmpty();
        assertThat(answer.header(Requests.IGNORED_HEADER)).contains("(unprintable), encryptionScheme");
    }

    private static RawHttp.Answer post(String path, String contentType, String body) throws IOException {
        return RawHttp.sendBytes(
                server.port(),
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + contentType
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    static void assertIsError(RawHttp.Answer answer, int status, String error) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).as(answer.text()).contains("application/json;charset=utf-8");
        assertThat(answer.body())
                .as(answer.text())
                .startsWith("{\"htsget\":{\"error\":\"" + error + "\",\"message\":\"")
                .endsWith("\"}}")
                .doesNotContain("Exception");
    }
}
