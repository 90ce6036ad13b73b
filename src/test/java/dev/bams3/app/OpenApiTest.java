package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The contract: the file is what the service tells, everything in it is described, and its examples are answered. */
class OpenApiTest {
    private static final Path FILE = Path.of("openapi/openapi.json");
    private static final String REGENERATE = "./mvnw test -Dtest=OpenApiTest -Dopenapi.write";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static String text;
    private static JsonNode contract;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start("bams3.store=file:" + folder, "bams3.demo=true");
        text = get("/v3/api-docs").body() + "\n";
        contract = JSON.readTree(text);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url(path))).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theFileIsWhatTheServiceTells() throws IOException {
        if (System.getProperty("openapi.write") != null) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, text);
        }
        assertThat(Files.exists(FILE) ? Files.readString(FILE) : "")
                .as("the endpoints or their description changed; look at the difference and write the file anew: "
                        + REGENERATE)
                .isEqualTo(text);
    }

    @Test
    void whatIsDescribedIsServedAndWhatIsServedIsDescribed() {
        Map<String, List<String>> told = new TreeMap<>();
        contract.get("paths")
                .propertyStream()
                .forEach(path -> told.put(
                        path.getKey(),
                        path.getValue().propertyNames().stream()
                                .map(method -> method.toUpperCase(java.util.Locale.ROOT))
                                .sorted()
                                .toList()));
        assertThat(told).as("describe it in src/main/resources/openapi").isEqualTo(ApiContract.described());
    }

    @Test
    void everyParameterAnswerAndMediaTypeHasWordsAndAnExample() {
        List<String> missing = new ArrayList<>();
        operations().forEach((name, operation) -> {
            need(missing, name, operation, "summary", "operationId", "tags");
            for (JsonNode reference : operation.path("parameters")) {
                JsonNode parameter = resolved(reference);
                need(missing, name + " " + parameter.path("name"), parameter, "description", "example", "schema");
            }
            resolved(operation.path("requestBody"))
                    .path("content")
                    .propertyStream()
                    .forEach(content -> exampled(missing, name + " body " + content.getKey(), content.getValue()));
            operation.get("responses").propertyStream().forEach(status -> {
                JsonNode response = resolved(status.getValue());
                need(missing, name + " " + status.getKey(), response, "description");
                response.path("content")
                        .propertyStream()
                        .forEach(content -> exampled(
                                missing, name + " " + status.getKey() + " " + content.getKey(), content.getValue()));
            });
        });
        assertThat(missing).isEmpty();
    }

    private static void exampled(List<String> missing, String name, JsonNode content) {
        need(missing, name, content, "schema");
        if (!content.has("example") && !content.has("examples")) {
            missing.add(name + ": example");
        }
    }

    private static void need(List<String> missing, String name, JsonNode node, String... keys) {
        for (String key : keys) {
            if (!node.has(key)) {
                missing.add(name + ": " + key);
            }
        }
    }

    private static Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        contract.get("paths")
                .propertyStream()
                .forEach(path -> path.getValue()
                        .propertyStream()
                        .forEach(method -> operations.put(method.getKey() + " " + path.getKey(), method.getValue())));
        return operations;
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? contract.at(node.get("$ref").stringValue().substring(1)) : node;
    }

    /** Every parameter of every GET alone, with what it needs: whoever documents one that nobody reads fails here. */
    @Test
    void examplesOfReadsAndDatasetsAreAnswered() throws Exception {
        for (Map.Entry<String, JsonNode> operation : operations().entrySet()) {
            if (!operation.getKey().matches("get /(reads|stream|datasets).*")) {
                continue;
            }
            String path = operation.getKey().substring(4).replace("{id}", "demo");
            Map<String, String> examples = new TreeMap<>();
            for (JsonNode reference : operation.getValue().path("parameters")) {
                JsonNode parameter = resolved(reference);
                if (parameter.get("in").stringValue().equals("query")) {
                    examples.put(parameter.get("name").stringValue(), value(parameter.get("example")));
                }
            }
            answers(path, Map.of("referenceName", examples.getOrDefault("referenceName", "")), examples);
            for (String name : examples.keySet()) {
                // A slice is signed, a class stands alone, and what is made up is not what the service gave.
                if (Set.of("slice", "class").contains(name)) {
                    continue;
                }
                Map<String, String> query = new TreeMap<>(Map.of(name, examples.get(name)));
                if (examples.containsKey("referenceName")) {
                    query.put("referenceName", examples.get("referenceName"));
                }
                answers(path, query, examples);
            }
        }
    }

    private static void answers(String path, Map<String, String> query, Map<String, String> examples) throws Exception {
        String text = query.entrySet().stream()
                .filter(value -> examples.containsKey(value.getKey()))
                .map(value -> value.getKey() + "=" + URLEncoder.encode(value.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> response = get(path + "?" + text);
        assertThat(response.statusCode())
                .as("%s?%s: %s", path, text, response.body())
                .isEqualTo(200);
        assertThat(response.headers().firstValue("X-Htsget-Ignored-Parameters"))
                .as("%s?%s", path, text)
                .isEmpty();
    }

    private static String value(JsonNode example) {
        return example.isArray()
                ? example.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
                : example.asString();
    }

    private static JsonNode parameter(JsonNode operation, String name) {
        return operation
                .get("parameters")
                .valueStream()
                .map(OpenApiTest::resolved)
                .filter(parameter -> parameter.get("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + name));
    }

    /** What is required of an answer is there, for every JSON answer of a GET. */
    @Test
    void answersHaveWhatTheirSchemasRequire() throws Exception {
        for (String path : List.of(
                "/reads/demo",
                "/reads/service-info",
                "/datasets",
                "/datasets/demo",
                "/datasets/demo/count",
                "/datasets/demo/coverage")) {
            String described = path.replace("/demo", "/{id}");
            JsonNode content = resolved(contract.get("paths")
                            .get(described)
                            .get("get")
                            .get("responses")
                            .get("200"))
                    .get("content");
            JsonNode schema =
                    content.propertyStream().iterator().next().getValue().get("schema");
            JsonNode answer = JSON.readTree(get(path + (path.endsWith("coverage") ? "?referenceName=chr1" : ""))
                    .body());
            conforms(path, resolved(schema), answer);
        }
    }

    private static void conforms(String place, JsonNode schema, JsonNode value) {
        schema.path("required")
                .forEach(name -> assertThat(value.has(name.stringValue()))
                        .as("%s has %s", place, name)
                        .isTrue());
        schema.path("properties")
                .propertyStream()
                .filter(property -> value.has(property.getKey()))
                .forEach(property -> conforms(
                        place + "/" + property.getKey(), resolved(property.getValue()), value.get(property.getKey())));
        if (schema.has("items") && !value.isEmpty()) {
            conforms(place + "/0", resolved(schema.get("items")), value.get(0));
        }
        schema.path("allOf").forEach(one -> conforms(place, resolved(one), value));
        if (schema.has("enum")) {
            assertThat(schema.get("enum").valueStream().map(JsonNode::asString))
                    .as(place)
                    .contains(value.asString());
        }
        switch (schema.path("type").asString("")) {
            case "object" -> assertThat(value.isObject()).as(place).isTrue();
            case "array" -> assertThat(value.isArray()).as(place).isTrue();
            case "integer" -> assertThat(value.isIntegralNumber()).as(place).isTrue();
            case "number" -> assertThat(value.isNumber()).as(place).isTrue();
            case "boolean" -> assertThat(value.isBoolean()).as(place).isTrue();
            case "string" -> assertThat(value.isString()).as(place).isTrue();
            default -> {}
        }
    }

    /** Names, types and places of the OpenAPI that GA4GH publishes for htsget 1.3.0 (hts-specs, read on 2026-11-22). */
    @Test
    void theHtsgetPartHasThePublishedShapes() {
        JsonNode reads = contract.get("paths").get("/reads/{id}");
        Map<String, String> published = Map.of(
                "format",
                "string",
                "class",
                "string",
                "referenceName",
                "string",
                "start",
                "integer",
                "end",
                "integer",
                "fields",
                "array",
                "tags",
                "array",
                "notags",
                "array");
        JsonNode get = reads.get("get");
        published.forEach((name, type) -> {
            assertThat(parameter(get, name).get("in").stringValue()).isEqualTo("query");
            assertThat(parameter(get, name).path("required").asBoolean(false)).isFalse();
            assertThat(parameter(get, name).get("schema").get("type").stringValue())
                    .as(name)
                    .isEqualTo(type);
        });
        assertThat(parameter(get, "id").get("in").stringValue()).isEqualTo("path");
        assertThat(parameter(get, "start").get("schema").get("format").stringValue())
                .isEqualTo("int64");
        assertThat(parameter(get, "class")
                        .get("schema")
                        .get("enum")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactly("header");
        assertThat(parameter(get, "fields")
                        .get("schema")
                        .get("items")
                        .get("enum")
                        .size())
                .isEqualTo(11);
        assertThat(reads.get("get").get("responses").propertyNames())
                .contains("200", "400", "401", "403", "404", "500");
        assertThat(reads.get("post").get("responses").propertyNames())
                .contains("200", "400", "401", "403", "404", "413", "500");
        assertThat(reads.get("get").get("operationId").stringValue()).isEqualTo("searchReadId");
        assertThat(reads.get("post").get("operationId").stringValue()).isEqualTo("postRead");
        assertThat(contract.get("paths")
                        .get("/reads/service-info")
                        .get("get")
                        .get("operationId")
                        .stringValue())
                .isEqualTo("readsServiceInfo");
        JsonNode body = resolved(reads.get("post").get("requestBody"));
        assertThat(body.path("required").asBoolean(false)).isFalse();
        JsonNode properties = resolved(
                        body.get("content").get("application/json").get("schema"))
                .get("properties");
        assertThat(properties.propertyNames()).contains("format", "class", "fields", "tags", "notags", "regions");
        assertThat(properties.get("regions").get("items").get("required").toString())
                .isEqualTo("[\"referenceName\"]");
        JsonNode schemas = contract.get("components").get("schemas");
        JsonNode ticket = schemas.get("Ticket").get("properties").get("htsget");
        assertThat(new TreeSet<>(ticket.get("required")
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList()))
                .containsExactly("format", "urls");
        assertThat(ticket.get("properties")
                        .get("urls")
                        .get("items")
                        .get("properties")
                        .propertyNames())
                .containsExactlyInAnyOrder("url", "headers", "class");
        assertThat(schemas.get("Error")
                        .get("properties")
                        .get("htsget")
                        .get("properties")
                        .propertyNames())
                .containsExactlyInAnyOrder("error", "message");
    }

    @Test
    void theViewerOfTheContractComesFromTheServiceAlone() throws Exception {
        HttpResponse<String> page = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(server.url("/swagger-ui")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("swagger-ui-bundle.js").doesNotContain("https://", "http://");
        assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
        assertThat(get("/swagger-ui/swagger-ui-bundle.js").statusCode()).isEqualTo(200);
        assertThat(get("/v3/api-docs/swagger-config").body()).contains("/v3/api-docs");
    }
}
