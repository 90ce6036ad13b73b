package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Jvm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The log as JSON, as docs/operations.md says: every line is an object, and what the access and audit logs say are fields. */
class JsonLogTest {
    private static final Pattern ADDRESS = Pattern.compile("http://localhost:[0-9]+");

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void everyLineIsAnObjectWithFields() throws Exception {
        String documented = Files.readString(Path.of("docs/operations.md"));
        assertThat(documented).contains("LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs");
        // That of Spring Boot, where no file of the class path configures the log; the tests have one.
        Path usual = Files.writeString(folder.resolve("logback.xml"), """
                <configuration>
                  <include resource="org/springframework/boot/logging/logback/defaults.xml"/>
                  <include resource="org/springframework/boot/logging/logback/structured-console-appender.xml"/>
                  <root level="warn"><appender-ref ref="CONSOLE"/></root>
                </configuration>
                """);
        try (Jvm service = Jvm.start(
                folder,
                Bams3.class,
                "--logging.config=file:" + usual,
                "--logging.structured.format.console=ecs",
                "--server.port=0",
                "--management.server.port=-1",
                "--bams3.store=file:" + folder.resolve("store"),
                "--bams3.demo=true",
                "--bams3.access.public-datasets=**")) {
            String serving =
                    message(service, "serving the datasets").path("message").asString();
            Matcher address = ADDRESS.matcher(serving);
            assertThat(address.find()).as(serving).isTrue();
            String url = address.group() + "/stream/reads/demo?referenceName=chr1&start=1000&end=2000&format=SAM";
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .header("X-Request-Id", "asked")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            long records =
                    answer.body().lines().filter(line -> !line.startsWith("@")).count();

            JsonNode audit = message(service, "\"event\":\"reads\"");
            assertThat(audit.at("/log/logger").asString()).isEqualTo("dev.bams3.audit");
            assertThat(audit.at("/bams3/who").asString()).isEqualTo("anonymous");
            assertThat(audit.at("/bams3/form").asString()).isEqualTo("SAM");
            assertThat(audit.at("/bams3/records").asLong()).isEqualTo(records);
            JsonNode access = message(service, "kind=stream");
            assertThat(access.at("/log/logger").asString()).isEqualTo("dev.bams3.access");
            assertThat(access.at("/bams3/request").asString()).isEqualTo("asked");
            assertThat(access.at("/bams3/dataset").asString()).isEqualTo("demo");
            assertThat(access.at("/bams3/region").asString()).isEqualTo("chr1:1000-2000");
            assertThat(access.at("/bams3/status").isNumber()).isTrue();
            assertThat(access.at("/bams3/records").asLong()).isEqualTo(records);
        }
    }

    /** The next line with this message; each before it is an object, too. */
    private static JsonNode message(Jvm service, String part) throws IOException {
        JsonNode line = JsonMapper.shared().readTree(service.line(""));
        while (!line.path("message").asString().contains(part)) {
            line = JsonMapper.shared().readTree(service.line(""));
        }
        return line;
    }
}
