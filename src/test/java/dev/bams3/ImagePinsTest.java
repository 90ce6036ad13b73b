package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of others are named by digest, and a command renews them. */
class ImagePinsTest {
    private static final List<String> FILES = List.of("Dockerfile", "docker-compose.yml", "pom.xml");
    private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}");
    private static final String NEW = "sha256:" + "0123456789abcdef".repeat(4);

    @TempDir
    private Path checkout;

    @Test
    void everyImageOfOthersIsNamedByItsDigest() throws IOException {
        assertThat(values("Dockerfile", "^ARG \\w+_IMAGE=(.*)$")).hasSize(2).allMatch(PINNED.asMatchPredicate());
        assertThat(values("Dockerfile", "^FROM (?:--\\S+ )?(\\S+).*$"))
                .containsExactly("${BUILD_IMAGE}", "${RUNTIME_IMAGE}");
        assertThat(values("docker-compose.yml", "^ +image: \\$\\{\\w+:-([^}]*)}$"))
                .filteredOn(image -> !image.equals("bams3-server"))
                .hasSize(1)
                .allMatch(PINNED.asMatchPredicate());
        assertThat(values("docker-compose.yml", "^ +image: (.*)$")).hasSize(2);
        assertThat(values("pom.xml", "^ +<image.base>(.*)</image.base>$"))
                .hasSize(1)
                .allMatch(PINNED.asMatchPredicate())
                // The image by Jib stands on the same Java as the Dockerfile's.
                .allMatch(image -> values("Dockerfile", "^ARG RUNTIME_IMAGE=docker.io/library/(.*)$")
                        .equals(List.of(image)));
    }

    /** Against a registry of the test's own, which knows the present digests as old ones. */
    @Test
    void renewingWritesWhatTheRegistrySays() throws Exception {
        for (String file : FILES) {
            Files.copy(Path.of(file), checkout.resolve(file));
        }
        Set<String> asked = ConcurrentHashMap.newKeySet();
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/token", exchange -> {
            byte[] token = "{\"token\": \"t\", \"expires_in\": 300}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, token.length);
            exchange.getResponseBody().write(token);
            exchange.close();
        });
        registry.createContext("/v2/", exchange -> {
            boolean known = "Bearer t".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            asked.add(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().add("Docker-Content-Digest", NEW);
            exchange.sendResponseHeaders(known ? 200 : 401, -1);
            exchange.close();
        });
        registry.start();
        try {
            String address = "http://localhost:" + registry.getAddress().getPort();
            assertThat(renew(address, "--check")).as("digests are old").isEqualTo(1);
            assertThat(Files.readString(checkout.resolve("Dockerfile")))
                    .isEqualTo(Files.readString(Path.of("Dockerfile")));
            assertThat(renew(address)).isZero();
            assertThat(renew(address, "--check"))
                    .as("digests are those of the registry")
                    .isZero();
        } finally {
            registry.stop(0);
        }
        assertThat(asked)
                .containsExactlyInAnyOrder(
                        "/v2/library/eclipse-temurin/manifests/25-jdk-noble",
                        "/v2/library/eclipse-temurin/manifests/25-jre-noble",
                        "/v2/versity/versitygw/manifests/v1.8.0");
        for (String file : FILES) {
            String was = Files.readString(Path.of(file));
            assertThat(Files.readString(checkout.resolve(file)))
                    .isEqualTo(was.replaceAll("@sha256:[0-9a-f]{64}", "@" + NEW))
                    .isNotEqualTo(was);
        }
    }

    private int renew(String registry, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(Stream.concat(Stream.of(".ci/renew-images"), Stream.of(arguments))
                .toList());
        command.environment().put("BAMS3_REGISTRY", registry);
        command.environment().put("BAMS3_REGISTRY_AUTH", registry);
        command.environment().put("BAMS3_CHECKOUT", checkout.toString());
        return command.inheritIO().start().waitFor();
    }

    private static List<String> values(String file, String pattern) {
        try {
            return Pattern.compile(pattern, Pattern.MULTILINE)
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .map(match -> match.group(1))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }
}
