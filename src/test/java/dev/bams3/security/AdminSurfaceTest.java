package dev.bams3.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.app.RunningServer;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.web.RawHttp.Answer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Who gets through to the admin surface, over real connections. */
class AdminSurfaceTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String NEXT = "fedcba9876543210fedcba9876543210";
    private static final String PATH = "/admin/probe";

    @TempDir
    private Path folder;

    /** Stands for the endpoints of the admin surface. */
    @RestController
    static final class Probe {
        @GetMapping(PATH)
        String get() {
            return "admitted";
        }

        @DeleteMapping(PATH)
        ResponseEntity<Void> delete() {
            return ResponseEntity.noContent().build();
        }

        @GetMapping(PATH + "/events")
        SseEmitter events() {
            SseEmitter emitter = new SseEmitter();
            Thread.ofVirtual().start(() -> {
                try {
                    emitter.send("one");
                    emitter.send("two");
                    emitter.complete();
                } catch (IOException e) {
                    emitter.completeWithError(e);
                }
            });
            return emitter;
        }
    }

    private static RunningServer start(String... settings) {
        return RunningServer.start(store -> store, List.of(new Probe()), settings);
    }

    /** With the default store's name, over one in memory. */
    private static RunningServer startOnTheDefaultStore(String... settings) {
        String[] all = new String[settings.length + 1];
        all[0] = "bams3.store=file:./data";
        System.arraycopy(settings, 0, all, 1, settings.length);
        MemoryObjectStore memory = new MemoryObjectStore();
        return RunningServer.start(store -> memory, List.of(new Probe()), all);
    }

    @Test
    void withoutATokenItIsOff() throws IOException {
        try (RunningServer server = start()) {
            for (String path : List.of(PATH, "/admin", "/admin/", "/admin/no/such")) {
                Answer answer = ask(server.port(), "GET", path);
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertIsProblem(answer, 404);
                assertThat(answer.body()).contains("BAMS3_ADMIN_TOKEN");
            }
            assertThat(ask(server.port(), "GET", PATH, bearer(TOKEN)).status()).isEqualTo(404);
        }
    }

    @Test
    void onlyItsTokensOpenIt() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), NEXT + "\n");
        try (RunningServer server = start("bams3.admin.token=" + TOKEN, "bams3.admin.token-file=" + file)) {
            int port = server.port();
            Answer anonymous = ask(port, "GET", PATH);
            assertIsProblem(anonymous, 401);
            assertThat(anonymous.header("WWW-Authenticate")).contains("Bearer");
            for (String wrong : List.of(TOKEN + "0", TOKEN.substring(1), "x", NEXT.toUpperCase(Locale.ROOT))) {
                Answer answer = ask(port, "GET", PATH, bearer(wrong));
                assertIsProblem(answer, 401);
                assertThat(answer.header("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
                assertThat(answer.text()).doesNotContain(wrong.length() > 1 ? wrong : TOKEN);
            }
            assertIsProblem(ask(port, "GET", PATH, "Authorization: Basic YWRtaW46YWRtaW4="), 401);
            assertIsProblem(ask(port, "GET", PATH + "?access_token=" + TOKEN), 401);
            assertIsProblem(ask(port, "DELETE", PATH), 401);
            assertIsProblem(ask(port, "GET", "/admin/no/such"), 401);
            for (String right : List.of(TOKEN, NEXT)) {
                assertThat(ask(port, "GET", PATH, bearer(right)).body()).contains("admitted");
                assertThat(ask(port, "DELETE", PATH, bearer(right)).status()).isEqualTo(204);
                assertThat(ask(port, "GET", PATH + "/events", bearer(right)).body())
                        .contains("data:one", "data:two");
            }
            Answer missing = ask(port, "GET", "/admin/no/such", bearer(TOKEN));
            assertIsProblem(missing, 404);
        }
    }

    @Test
    void noSpellingOfThePathGetsAround() throws IOException {
        try (RunningServer server = start("bams3.admin.token=" + TOKEN)) {
            for (String path : List.of(
                    "//admin/probe",
                    "/admin;x=1/probe",
                    "/./admin/probe",
                    "/x/../admin/probe",
                    "/%61dmin/probe",
                    "/admin%2Fprobe",
                    "/admin/./probe",
                    "/admin//probe",
                    "/ADMIN/probe",
                    "/reads/../admin/probe")) {
                Answer answer = ask(server.port(), "GET", path);
                assertThat(answer.status()).as(path).isIn(400, 401, 404);
                assertThat(answer.body()).as(path).doesNotContain("admitted");
            }
        }
    }

    @Test
    void theDefaultStoreOpensItToProgramsOfThisMachine() throws IOException {
        try (RunningServer server = startOnTheDefaultStore()) {
            int port = server.port();
            assertThat(ask(port, "GET", PATH).body()).contains("admitted");
            assertThat(ask(port, "DELETE", PATH).status()).isEqualTo(204);
            assertThat(ask(port, "GET", PATH + "/events").body()).contains("data:one", "data:two");
            String own = "http://localhost:" + port;
            assertThat(raw("127.0.0.1", port, "GET", PATH, "Host: localhost:" + port, "Origin: " + own)
                            .status())
                    .isEqualTo(200);
            for (String header : List.of(
                    "Origin: https://evil.example",
                    "Origin: http://localhost:1",
                    "Origin: null",
                    "Sec-Fetch-Site: cross-site",
                    "Sec-Fetch-Site: same-site",
                    "X-Forwarded-For: 127.0.0.1",
                    "Forwarded: for=127.0.0.1",
                    "Via: 1.1 proxy")) {
                for (String method : List.of("GET", "POST", "PUT", "DELETE", "OPTIONS")) {
                    Answer answer = ask(port, method, PATH, header);
                    assertIsProblem(answer, 403);
                    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
                }
            }
            for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:" + port)) {
                assertIsProblem(raw("127.0.0.1", port, "GET", PATH, "Host: " + host), 403);
            }
        }
    }

    @Test
    void theDefaultStoreDoesNotOpenItToOthers() throws IOException {
        Optional<String> outer = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && address instanceof Inet4Address)
                .map(InetAddress::getHostAddress)
                .findFirst();
        assumeTrue(outer.isPresent(), "this machine has no address but loopback");
        try (RunningServer server = startOnTheDefaultStore()) {
            for (String claim : List.of("X-A: b", "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1")) {
                Answer answer = raw(outer.get(), server.port(), "GET", PATH, "Host: localhost", claim);
                assertIsProblem(answer, 403);
                assertThat(answer.body()).contains("this machine only");
            }
        }
    }

    @Test
    void aTokenEndsWhatTheDefaultStoreAllows() throws IOException {
        try (RunningServer server = startOnTheDefaultStore("bams3.admin.token=" + TOKEN)) {
            assertIsProblem(ask(server.port(), "GET", PATH), 401);
            assertThat(ask(server.port(), "GET", PATH, bearer(TOKEN)).status()).isEqualTo(200);
        }
    }

    @Test
    void aPortOfItsOwnHasNothingElse() throws IOException {
        int adminPort;
        try (ServerSocket free = new ServerSocket(0)) {
            adminPort = free.getLocalPort();
        }
        try (RunningServer server = start("bams3.admin.token=" + TOKEN, "bams3.admin.port=" + adminPort)) {
            assertThat(ask(adminPort, "GET", PATH, bearer(TOKEN)).body()).contains("admitted");
            assertIsProblem(ask(adminPort, "GET", PATH), 401);
            assertIsProblem(ask(server.port(), "GET", PATH, bearer(TOKEN)), 404);
            assertThat(ask(adminPort, "GET", "/reads/service-info").status()).isEqualTo(404);
            assertThat(ask(server.port(), "GET", "/reads/service-info").status())
                    .isEqualTo(200);
        }
    }

    /** Nothing but the admin surface changes by its guards: no challenge, no session, no cookie, no added header. */
    @Test
    void theRestIsAsItWas() throws IOException {
        try (RunningServer server = start("bams3.admin.token=" + TOKEN)) {
            Answer info = ask(server.port(), "GET", "/reads/service-info");
            assertThat(info.status()).isEqualTo(200);
            for (String header : List.of("Set-Cookie", "Cache-Control", "X-Frame-Options", "Pragma", "Expires")) {
                assertThat(info.header(header)).as(header).isEmpty();
            }
            for (String path : List.of("/login", "/logout", "/error")) {
                Answer answer = ask(server.port(), "GET", path);
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.body()).contains("{\"htsget\":");
            }
            Answer rejected = ask(server.port(), "GET", "/reads//x;y");
            assertThat(rejected.status()).isEqualTo(400);
            assertThat(rejected.body()).contains("\"error\":\"InvalidInput\"");
        }
    }

    static void assertIsProblem(Answer answer, int status) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body())
                .contains("\"status\":" + status)
                .contains("\"detail\":")
                .doesNotContain("htsget\":");
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private static Answer ask(int port, String method, String path, String... headers) throws IOException {
        String[] all = new String[headers.length + 1];
        all[0] = "Host: localhost:" + port;
        System.arraycopy(headers, 0, all, 1, headers.length);
        return raw("127.0.0.1", port, method, path, all);
    }

    private static Answer raw(String address, int port, String method, String path, String... headers)
            throws IOException {
        String head = method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            return new Answer(socket.getInputStream().readAllBytes(), false);
        }
    }
}
