package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.discovery.DatasetPath;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.view.CriteriaText;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The contract: the file is what the service tells, everything in it is described, and its examples are answered. */
class OpenApiTest {
    private static final Path FILE = Path.of("openapi/openapi.json");
    private static final String REGENERATE = "./mvnw test -Dtest=OpenApiTest -Dopenapi.write";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /**
     * Swagger UI fills in each example, and sends all of them: those that stand alone, or that only a caller knows, have
     * none.
     */
    private static final Set<String> NOT_FILLED_IN = Set.of("class", "slice", "If-Range", "If-Match", "If-None-Match");

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static String text;
    private static Contract contract;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start("bams3.store=file:" + folder, "bams3.demo=true");
        text = get("/v3/api-docs").body() + "\n";
        contract = new Contract(JSON.readTree(text));
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
        contract.paths()
                .propertyStream()
                .forEach(path -> told.put(
                        path.getKey(),
                        path.getValue().propertyNames().stream()
                                .map(method -> method.toUpperCase(Locale.ROOT))
                                .sorted()
                                .toList()));
        assertThat(told).as("describe it in src/main/resources/openapi").isEqualTo(ApiContract.described());
    }

    @Test
    void everyParameterAnswerAndMediaTypeHasWordsAndAnExample() {
        List<String> missing = new ArrayList<>();
        contract.operations().forEach((name, operation) -> {
            need(missing, name, operation, "summary", "operationId", "tags");
            for (JsonNode reference : operation.path("parameters")) {
                JsonNode parameter = contract.resolved(reference);
                need(missing, name + " " + parameter.path("name"), parameter, "description", "schema");
                if (!NOT_FILLED_IN.contains(parameter.get("name").stringValue())) {
                    need(missing, name + " " + parameter.path("name"), parameter, "example");
                }
            }
            contract.resolved(operation.path("requestBody"))
                    .path("content")
                    .propertyStream()
                    .forEach(content -> exampled(missing, name + " body " + content.getKey(), content.getValue()));
            operation.get("responses").propertyStream().forEach(status -> {
                JsonNode response = contract.resolved(status.getValue());
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

    /** Every parameter of every GET alone, with what it needs: whoever documents one that nobody reads fails here. */
    @Test
    void examplesOfReadsAndDatasetsAreAnswered() throws Exception {
        for (Map.Entry<String, JsonNode> operation : contract.operations().entrySet()) {
            if (!operation.getKey().matches("get /(reads|stream|files|datasets).*")) {
                continue;
            }
            String path = operation.getKey().substring(4).replace("{id}", "demo");
            Map<String, String> examples = new TreeMap<>();
            for (JsonNode reference : operation.getValue().path("parameters")) {
                JsonNode parameter = contract.resolved(reference);
                if (parameter.get("in").stringValue().equals("query") && parameter.has("example")) {
                    examples.put(parameter.get("name").stringValue(), value(parameter.get("example")));
                }
            }
            answers(path, Map.of("referenceName", examples.getOrDefault("referenceName", "")), examples);
            for (String name : examples.keySet()) {
                // A slice is signed, a class stands alone, and what is made up is not what the service gave.
                if (Set.of("slice", "class", "bams3.seed").contains(name)) {
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
                .map(contract::resolved)
                .filter(parameter -> parameter.get("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + name));
    }

    @Test
    void everyMethodAndQuestionIsDescribed() {
        Set<String> described = new TreeSet<>();
        contract.operations().keySet().forEach(name -> {
            String[] parts = name.split(" ");
            String served = contract.paths().has(parts[1]) && parts[1].startsWith("/admin/conversions")
                    ? parts[1]
                    : parts[1].replaceFirst("\\{id}.*", "{*path}")
                            .replaceFirst("^/cohorts/\\{name}.*", "/cohorts/{*path}");
            described.add(parts[0].toUpperCase(Locale.ROOT) + " " + served);
        });
        Set<String> served = new TreeSet<>();
        server.bean(RequestMappingHandlerMapping.class).getHandlerMethods().forEach((mapping, method) -> {
            if (method.getBeanType().getPackageName().startsWith("dev.bams3")) {
                mapping.getPatternValues()
                        .forEach(path -> mapping.getMethodsCondition().getMethods().stream()
                                .filter(verb -> verb != RequestMethod.HEAD)
                                .forEach(verb -> served.add(verb + " " + path)));
            }
        });
        assertThat(described).isEqualTo(served);
        for (DatasetPath.Kind kind : DatasetPath.Kind.values()) {
            String question = kind == DatasetPath.Kind.DESCRIPTION
                    ? ""
                    : "/" + kind.name().toLowerCase(Locale.ROOT);
            assertThat(contract.paths().propertyNames()).contains("/datasets/{id}" + question);
        }
    }

    /** The service tells which parameters it knows where it meets one that it does not. */
    @Test
    void theParametersAreThoseThatAreRead() throws Exception {
        Pattern list = Pattern.compile("known ones are ([A-Za-z, ]+)");
        for (String path : List.of("", "/{id}/count", "/{id}/coverage", "/{id}/plan")) {
            String body = get("/datasets" + path.replace("{id}", "demo") + "?unheard=1")
                    .body();
            Matcher known = list.matcher(body);
            assertThat(known.find()).as(body).isTrue();
            Set<String> expected = new TreeSet<>(List.of(known.group(1).split(", ")));
            if (Set.of("/{id}/count", "/{id}/plan").contains(path)) {
                CriteriaText.PARAMETERS.forEach(name -> expected.add("bams3." + name));
                expected.add("bams3.allowed");
            }
            assertThat(queryParameters("get /datasets" + path)).as(path).isEqualTo(expected);
        }
        Set<String> ofReads = new TreeSet<>(HtsgetRequest.PARAMETERS);
        CriteriaText.PARAMETERS.forEach(name -> ofReads.add("bams3." + name));
        ofReads.addAll(List.of("bams3.level", "bams3.end", "bams3.allowed"));
        assertThat(queryParameters("get /reads/{id}")).isEqualTo(ofReads);
        ofReads.addAll(Set.of("explain", "slice"));
        assertThat(queryParameters("get /stream/reads/{id}")).isEqualTo(ofReads);
        assertThat(queryParameters("post /stream/reads/{id}")).containsExactly("explain");
    }

    private static Set<String> queryParameters(String operation) {
        Set<String> names = new TreeSet<>();
        for (JsonNode parameter : contract.parameters(contract.operation(operation))) {
            if (parameter.get("in").stringValue().equals("query")) {
                names.add(parameter.get("name").stringValue());
            }
        }
        return names;
    }

    @Test
    void examplesAreWhatTheirSchemasSay() {
        contract.operations().forEach((name, operation) -> {
            for (JsonNode parameter : contract.parameters(operation)) {
                assertThat(parameter.has("example"))
                        .as(name + " " + parameter.get("name"))
                        .isNotEqualTo(
                                NOT_FILLED_IN.contains(parameter.get("name").stringValue()));
                if (parameter.has("example")) {
                    contract.conforms(
                            name + " " + parameter.get("name"),
                            contract.resolved(parameter.get("schema")),
                            parameter.get("example"));
                }
            }
            bodies(name + " body", contract.resolved(operation.path("requestBody")));
            operation.get("responses").propertyStream().forEach(status -> {
                JsonNode response = contract.resolved(status.getValue());
                String place = name + " " + status.getKey();
                response.path("headers").propertyStream().forEach(header -> {
                    JsonNode described = contract.resolved(header.getValue());
                    contract.conforms(place + " " + header.getKey(), described.get("schema"), described.get("example"));
                });
                bodies(place, response);
            });
        });
    }

    private static void bodies(String place, JsonNode bodyOrResponse) {
        bodyOrResponse
                .path("content")
                .propertyStream()
                .forEach(content -> contract.examples(content.getValue())
                        .forEach((name, example) -> contract.conforms(
                                place + " " + name, content.getValue().get("schema"), example)));
    }

    @Test
    void answersAreWhatTheirSchemasSay() throws Exception {
        String region = "?referenceName=chr1&start=100000&end=100200";
        for (String path : List.of(
                "/reads/{id}",
                "/reads/{id}" + region,
                "/reads/service-info",
                "/stream/reads/{id}" + region + "&format=JSON",
                "/stream/reads/{id}" + region + "&explain=true",
                "/datasets",
                "/datasets/{id}",
                "/datasets/{id}/count",
                "/datasets/{id}/coverage" + region,
                "/datasets/{id}/plan" + region)) {
            HttpResponse<String> answer = get(path.replace("{id}", "demo"));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            contract.holds("get " + path.replaceFirst("\\?.*", ""), answer);
        }
        contract.holds("get /reads/{id}", get("/reads/demo?start=1"));
        contract.holds("get /reads/{id}", get("/reads/none"));
        contract.holds("get /datasets/{id}/count", get("/datasets/demo/count?start=2&end=1&referenceName=chr1"));
    }

    @Test
    void answersOfSlicesAreThoseDescribed() throws Exception {
        JsonNode ticket = JSON.readTree(
                get("/reads/demo?referenceName=chr1&start=100000&end=100200").body());
        String address = ticket.get("htsget")
                .get("urls")
                .valueStream()
                .map(url -> url.get("url").stringValue())
                .filter(url -> url.startsWith("http"))
                .findFirst()
                .orElseThrow();
        HttpResponse<String> whole = slice(address, "Accept", "*/*");
        assertThat(whole.statusCode()).isEqualTo(200);
        String tag = whole.headers().firstValue("ETag").orElseThrow();
        Map<String, List<String>> asked = Map.of(
                "206", List.of("Range", "bytes=10-19"),
                "304", List.of("If-None-Match", tag),
                "412", List.of("If-Match", "\"another\""),
                "416", List.of("Range", "bytes=999999999-"));
        for (Map.Entry<String, List<String>> one : asked.entrySet()) {
            HttpResponse<String> answer = slice(address, one.getValue().toArray(String[]::new));
            assertThat(Integer.toString(answer.statusCode())).isEqualTo(one.getKey());
            contract.holds("get /stream/reads/{id}", answer);
            JsonNode described = contract.resolved(contract.operation("get /stream/reads/{id}")
                    .get("responses")
                    .get(one.getKey()));
            described
                    .path("headers")
                    .propertyNames()
                    .forEach(name -> assertThat(answer.headers().firstValue(name))
                            .as(one.getKey() + " " + name)
                            .isPresent());
        }
    }

    @Test
    void answersOfFilesAreThoseDescribed() throws Exception {
        for (String suffix : List.of(".bam", ".bam.bai", ".bam.csi")) {
            String operation = "get /files/{id}" + suffix;
            String address = server.url("/files/demo" + suffix);
            String tag = slice(address, "Range", "bytes=0-9")
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            Map<String, List<String>> asked = Map.of(
                    "206", List.of("Range", "bytes=10-19"),
                    "304", List.of("If-None-Match", tag),
                    "412", List.of("If-Match", "\"another\""),
                    "416", List.of("Range", "bytes=999999999-"));
            for (Map.Entry<String, List<String>> one : asked.entrySet()) {
                HttpResponse<String> answer = slice(address, one.getValue().toArray(String[]::new));
                assertThat(Integer.toString(answer.statusCode())).isEqualTo(one.getKey());
                contract.holds(operation, answer);
            }
            contract.holds(operation, get("/files/none" + suffix));
        }
    }

    private static HttpResponse<String> slice(String address, String... headers) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(address)).headers(headers).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    }

    /** Names, types and places of the OpenAPI that GA4GH publishes for htsget 1.3.0 (hts-specs, read on 2026-11-22). */
    @Test
    void theHtsgetPartHasThePublishedShapes() {
        JsonNode reads = contract.paths().get("/reads/{id}");
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
        assertThat(contract.paths()
                        .get("/reads/service-info")
                        .get("get")
                        .get("operationId")
                        .stringValue())
                .isEqualTo("readsServiceInfo");
        JsonNode body = contract.resolved(reads.get("post").get("requestBody"));
        assertThat(body.path("required").asBoolean(false)).isFalse();
        JsonNode properties = contract.resolved(
                        body.get("content").get("application/json").get("schema"))
                .get("properties");
        assertThat(properties.propertyNames()).contains("format", "class", "fields", "tags", "notags", "regions");
        assertThat(properties.get("regions").get("items").get("required").toString())
                .isEqualTo("[\"referenceName\"]");
        JsonNode schemas = contract.schemas();
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
