package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Tool;
import dev.bams3.fixtures.Wait;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses in tickets behind proxies that end TLS: those under which clients reach the proxy, whatever it tells. */
class ForwardedAddressTest {
    private static final String SELECTION = "?referenceName=chr1&start=1000&end=2000";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = ServedReads.shared().replica("bams3.proxy.trusted=127.0.0.0/8,::1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "h:8443     | X-Forwarded-Proto: https                                  | https://h:8443/",
                "h:8443     | X-Forwarded-Proto: https, http                            | https://h:8443/",
                "h          | X-Forwarded-Proto: https                                  | https://h/",
                "h:443      | X-Forwarded-Proto: https                                  | https://h/",
                "h:8080     | X-Forwarded-Proto: http                                   | http://h:8080/",
                "[::1]:8443 | X-Forwarded-Proto: https                                  | https://[::1]:8443/",
                "[::1]      | X-Forwarded-Proto: https                                  | https://[::1]/",
                "h:8443     | X-Forwarded-Ssl: on                                       | https://h:8443/",
                "h:8443     | Forwarded: proto=https                                    | https://h:8443/",
                "h:8443     | Forwarded: for=1.2.3.4;proto=https                        | https://h:8443/",
                "h          | Forwarded: proto=https                                    | https://h/",
                "b:8080     | Forwarded: proto=https;host=h                             | https://h/",
                "b:8080     | Forwarded: proto=https;host=\"h:8443\"                  | https://h:8443/",
                "b:8080     | Forwarded: proto=https, proto=http;host=h                 | https://h/",
                "b:8080     | X-Forwarded-Proto: https#X-Forwarded-Host: h              | https://h/",
                "b:8080     | X-Forwarded-Proto: https#X-Forwarded-Host: h:8443         | https://h:8443/",
                "h:8080     | X-Forwarded-Proto: https#X-Forwarded-Port: 8443           | https://h:8443/",
                "h:8443     | X-Forwarded-For: 1.2.3.4                                  | http://h:8443/",
                "h:8443     | X-Forwarded-Proto: https#X-Forwarded-Prefix: /genomics    | https://h:8443/genomics/",
            })
    void thePortOfTheHostStandsWhereNoOtherIsNamed(String host, String headers, String address) throws IOException {
        String ticket = RawHttp.sendBytes(
                        server.port(),
                        "GET /reads/" + ServedReads.ID + SELECTION + " HTTP/1.1\r\nHost: " + host + "\r\n"
                                + headers.replace("#", "\r\n") + "\r\nConnection: close\r\n\r\n")
                .text();
        assertThat(ticket).contains("\"url\":\"" + address + "stream/reads/" + ServedReads.ID + "?slice=");
    }

    @Test
    void behindHaproxy() throws IOException {
        assumeTrue(Tool.isOnPath("haproxy"), "haproxy is not installed");
        for (String header : List.of("X-Forwarded-Proto https", "Forwarded proto=https")) {
            int port = freePort();
            Path file = Files.writeString(
                    folder.resolve("haproxy.cfg"), """
                    defaults
                      mode http
                      timeout connect 5s
                      timeout client 60s
                      timeout server 60s
                    listen reads
                      bind 127.0.0.1:%d ssl crt %s
                      http-request set-header %s
                      server service 127.0.0.1:%d
                    """.formatted(port, certificate(), header, server.port()));
            ticketsAreFollowed(port, "haproxy", "-db", "-f", file.toString());
        }
    }

    @Test
    void behindNginx() throws IOException {
        String nginx = Tool.isOnPath("nginx") ? "nginx" : "/usr/sbin/nginx";
        assumeTrue(Tool.isOnPath(nginx), "nginx is not installed");
        for (String header : List.of("X-Forwarded-Proto $scheme", "Forwarded proto=$scheme")) {
            int port = freePort();
            Path file = Files.writeString(
                    folder.resolve("nginx.conf"), """
                    daemon off;
                    master_process off;
                    pid %2$s/nginx.pid;
                    error_log stderr;
                    events {}
                    http {
                      access_log off;
                      client_body_temp_path %2$s;
                      proxy_temp_path %2$s;
                      fastcgi_temp_path %2$s;
                      uwsgi_temp_path %2$s;
                      scgi_temp_path %2$s;
                      server {
                        listen 127.0.0.1:%1$d ssl;
                        ssl_certificate %3$s;
                        ssl_certificate_key %3$s;
                        location / {
                          proxy_pass http://127.0.0.1:%5$d;
                          proxy_http_version 1.1;
                          proxy_set_header Host $http_host;
                          proxy_set_header %4$s;
                        }
                      }
                    }
                    """.formatted(port, folder, certificate(), header, server.port()));
            ticketsAreFollowed(port, nginx, "-p", folder.toString(), "-e", "stderr", "-c", file.toString());
        }
    }

    /** A ticket through the proxy, and its first slice from the address that it names, without another word. */
    private static void ticketsAreFollowed(int port, String... proxy) throws IOException {
        Process running = new ProcessBuilder(proxy)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("proxy.log").toFile())
                .start();
        try {
            Wait.until("the proxy listens", () -> listens(port) || !running.isAlive());
            String base = "https://127.0.0.1:" + port;
            String certificate = certificate().toString();
            for (String id : List.of(ServedReads.ID, ServedReads.ID.replace("/", "%2F"))) {
                Tool.Result ticket = Tool.run(
                        folder, "curl", "-sS", "-f", "--cacert", certificate, base + "/reads/" + id + SELECTION);
                assertThat(ticket.exit())
                        .as(ticket.errors() + Files.readString(folder.resolve("proxy.log")))
                        .isZero();
                String slice = "\"url\":\"" + base + "/stream/reads/" + ServedReads.ID + "?slice=";
                assertThat(ticket.output()).contains(slice);
                String address = ticket.output().substring(ticket.output().indexOf(slice) + "\"url\":\"".length());
                Tool.Result bytes = Tool.run(
                        folder,
                        "curl",
                        "-sS",
                        "-f",
                        "--cacert",
                        certificate,
                        address.substring(0, address.indexOf('"')));
                assertThat(bytes.exit()).as(bytes.errors()).isZero();
                assertThat(bytes.output().getBytes(StandardCharsets.ISO_8859_1)).startsWith(31, 139);
            }
        } finally {
            running.destroy();
        }
    }

    /** Key and certificate of 127.0.0.1 in one file. */
    private static Path certificate() throws IOException {
        Path file = folder.resolve("proxy.pem");
        if (!Files.exists(file)) {
            String name = "/CN=127.0.0.1";
            Tool.Result made = Tool.run(
                    folder,
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    name,
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                    "-keyout",
                    "key.pem",
                    "-out",
                    "certificate.pem");
            assertThat(made.exit()).as(made.errors()).isZero();
            Files.writeString(
                    file,
                    Files.readString(folder.resolve("certificate.pem")) + Files.readString(folder.resolve("key.pem")));
        }
        return file;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}
