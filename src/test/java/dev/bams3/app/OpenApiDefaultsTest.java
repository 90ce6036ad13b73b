package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients of the contract send without a thought: all examples together, all defaults together. */
class OpenApiDefaultsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Contract contract;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start("bams3.store=file:" + folder, "bams3.demo=true");
        contract = new Contract(JsonMapper.shared()
                .readTree(HTTP.send(
                                HttpRequest.newBuilder(URI.create(server.url("/v3/api-docs")))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** As Swagger UI sends it when "Try it out" and "Execute" are pressed, and as a client with defaults does. */
    @Test
    void everyReadIsAnsweredAsFilledInAndWithItsDefaults() throws Exception {
        for (Map.Entry<String, JsonNode> operation : contract.operations().entrySet()) {
            if (!operation.getKey().matches("get /(reads|stream|files|datasets).*")) {
                continue;
            }
            String path = operation.getKey().substring(4).replace("{id}", "demo");
            for (String source : List.of("example", "default")) {
                List<String> query = new ArrayList<>();
                HttpRequest.Builder request = HttpRequest.newBuilder();
                for (JsonNode parameter : contract.parameters(operation.getValue())) {
                    JsonNode holder = source.equals("example") ? parameter : contract.resolved(parameter.get("schema"));
                    String name = parameter.get("name").stringValue();
                    if (!holder.has(source)) {
                        assertThat(parameter.path("required").asBoolean(false)
                                        && !name.equals("id")
                                        && source.equals("example"))
                                .isFalse();
                    } else if (parameter.get("in").stringValue().equals("query")) {
                        query.add(name + "=" + URLEncoder.encode(text(holder.get(source)), StandardCharsets.UTF_8));
                    } else if (parameter.get("in").stringValue().equals("header")) {
                        request.header(name, holder.get(source).stringValue());
                    }
                }
                if (source.equals("default") && path.endsWith("/coverage")) {
                    // Required.
                    query.add("referenceName=chr1");
                }
                String address = path + "?" + String.join("&", query);
                HttpResponse<String> answer = HTTP.send(
                        request.uri(URI.create(server.url(address))).build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
                assertThat(answer.statusCode())
                        .as("%s: %s", address, answer.body())
                        .isIn(200, 206);
                assertThat(answer.headers().firstValue("X-Htsget-Ignored-Parameters"))
                        .as(address)
                        .isEmpty();
            }
        }
    }

    /** Readers' tokens and the admin's: Swagger UI has a lock at each operation, and a form for both. */
    @Test
    void everyOperationSaysWhoMayCallIt() {
        assertThat(contract.document().at("/components/securitySchemes").propertyNames())
                .containsExactlyInAnyOrder("readerToken", "adminToken");
        contract.operations().forEach((name, operation) -> {
            JsonNode security = operation.has("security")
                    ? operation.get("security")
                    : contract.document().get("security");
            assertThat(security.toString())
                    .as(name)
                    .isEqualTo(name.contains(" /admin/") ? "[{\"adminToken\":[]}]" : "[{},{\"readerToken\":[]}]");
        });
    }

    private static String text(JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
                : value.asString();
    }
}
