package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI document of a service, which answers and examples can be held against. */
record Contract(JsonNode document) {
    JsonNode paths() {
        return document.get("paths");
    }

    JsonNode schemas() {
        return document.get("components").get("schemas");
    }

    /** By {@code method path}, such as {@code get /reads/{id}}. */
    Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        paths().propertyStream()
                .forEach(path -> path.getValue()
                        .propertyStream()
                        .forEach(method -> operations.put(method.getKey() + " " + path.getKey(), method.getValue())));
        return operations;
    }

    /** One of {@link #operations}. */
    JsonNode operation(String name) {
        int space = name.indexOf(' ');
        return paths().get(name.substring(space + 1)).get(name.substring(0, space));
    }

    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").stringValue().substring(1)) : node;
    }

    List<JsonNode> parameters(JsonNode operation) {
        return operation.path("parameters").valueStream().map(this::resolved).toList();
    }

    /** The examples of a body, by name. */
    Map<String, JsonNode> examples(JsonNode content) {
        Map<String, JsonNode> examples = new LinkedHashMap<>();
        if (content.has("example")) {
            examples.put("example", content.get("example"));
        }
        content.path("examples")
                .propertyStream()
                .forEach(one ->
                        examples.put(one.getKey(), resolved(one.getValue()).get("value")));
        return examples;
    }

    /** The answer is one of those that the operation has: its status, its type, and what is in it if it is JSON. */
    void holds(String operation, HttpResponse<String> answer) {
        String place = operation + " " + answer.statusCode();
        JsonNode described =
                resolved(operation(operation).get("responses")).path(Integer.toString(answer.statusCode()));
        assertThat(described.isMissingNode())
                .as("%s is not described: %s", place, answer.body())
                .isFalse();
        JsonNode contents = resolved(described).path("content");
        if (contents.isMissingNode()) {
            assertThat(answer.body()).as(place).isEmpty();
            return;
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        assertThat(contents.propertyNames()).as(place).contains(type);
        if (type.endsWith("json") && !type.endsWith("ndjson")) {
            conforms(
                    place, contents.get(type).get("schema"), JsonMapper.shared().readTree(answer.body()));
        }
    }

    /** The value is what the schema says, and has no property that the schema does not name. */
    void conforms(String place, JsonNode schemaOrReference, JsonNode value) {
        JsonNode schema = resolved(schemaOrReference);
        if (schema.has("oneOf")) {
            List<String> objections = new ArrayList<>();
            for (JsonNode one : schema.get("oneOf")) {
                try {
                    conforms(place, one, value);
                    return;
                } catch (AssertionError e) {
                    objections.add(e.getMessage());
                }
            }
            throw new AssertionError(place + " is none of those it may be: " + objections);
        }
        List<JsonNode> parts = schema.has("allOf")
                ? schema.get("allOf").valueStream().map(this::resolved).toList()
                : List.of(schema);
        Map<String, JsonNode> known = new LinkedHashMap<>();
        parts.forEach(part -> part.path("properties")
                .propertyStream()
                .forEach(property -> known.put(property.getKey(), property.getValue())));
        for (JsonNode part : parts) {
            part.path("required")
                    .forEach(name -> assertThat(value.has(name.stringValue()))
                            .as("%s has %s: %s", place, name, value)
                            .isTrue());
            simple(place, part, value);
        }
        if (value.isObject()) {
            JsonNode others = schema.path("additionalProperties");
            value.propertyStream().forEach(property -> {
                String name = property.getKey();
                JsonNode wanted = known.getOrDefault(name, others);
                assertThat(wanted.isObject() || wanted.asBoolean(false))
                        .as("%s: %s is not described", place, name)
                        .isTrue();
                if (wanted.isObject()) {
                    conforms(place + "/" + name, wanted, property.getValue());
                }
            });
        }
        if (value.isArray()) {
            value.forEach(item -> conforms(place + "[]", schema.get("items"), item));
        }
    }

    private static void simple(String place, JsonNode schema, JsonNode value) {
        boolean right = switch (schema.path("type").asString("")) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "string" -> value.isString();
            default -> throw new AssertionError(place + " has no type: " + schema);
        };
        assertThat(right).as("%s is %s: %s", place, schema.get("type"), value).isTrue();
        if (schema.has("enum")) {
            assertThat(schema.get("enum").valueStream()).as(place).contains(value);
        }
        if (schema.has("pattern")) {
            assertThat(value.stringValue())
                    .as(place)
                    .containsPattern(schema.get("pattern").stringValue());
        }
        if (schema.has("maxLength")) {
            assertThat(value.stringValue())
                    .as(place)
                    .hasSizeLessThanOrEqualTo(schema.get("maxLength").intValue());
        }
        if (schema.has("minimum")) {
            assertThat(value.decimalValue())
                    .as(place)
                    .isGreaterThanOrEqualTo(new BigDecimal(schema.get("minimum").asString()));
        }
        if (schema.has("maximum")) {
            assertThat(value.decimalValue())
                    .as(place)
                    .isLessThanOrEqualTo(new BigDecimal(schema.get("maximum").asString()));
        }
        if (schema.has("minItems")) {
            assertThat(value.size())
                    .as(place)
                    .isGreaterThanOrEqualTo(schema.get("minItems").intValue());
        }
        // What is not of the form is an exception.
        var _ = switch (schema.path("format").asString("")) {
            case "date-time" -> Instant.parse(value.stringValue());
            case "duration" -> Duration.parse(value.stringValue());
            case "uuid" -> UUID.fromString(value.stringValue());
            default -> "";
        };
    }
}
