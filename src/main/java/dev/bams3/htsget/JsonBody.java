package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON object that a client sent, read strictly: no member twice, nothing behind the object, no value of another type.
 * A member that is null counts as absent, because generated clients send their unset members so. Every failure is
 * INVALID_INPUT and names the place of the member.
 *
 * @param node the object
 * @param place what stands before a member's name in a message: {@code /regions/2/}, {@code options.} or nothing
 */
public record JsonBody(JsonNode node, String place) {
    private static final int MAX_DEPTH = 8;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads the body of a request.
     *
     * @param maxBytes most bytes; TOO_LARGE above
     * @param place as the component
     */
    public static JsonBody read(byte[] body, int maxBytes, String place) {
        if (body.length > maxBytes) {
            throw ReadsException.of(ErrorKind.TOO_LARGE, "the request body is larger than " + maxBytes + " bytes");
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw ReadsException.of(ErrorKind.INVALID_INPUT, "the request body is not JSON" + where, e);
        }
        if (!root.isObject()) {
            throw ReadsException.of(ErrorKind.INVALID_INPUT, "the request body is not a JSON object");
        }
        return new JsonBody(root, place);
    }

    /** Whether there is such a member, and it is not null. */
    public boolean has(String name) {
        return member(name).isPresent();
    }

    /** A member of any type. */
    public Optional<JsonNode> member(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    /** Returns the failure of a member. */
    public ReadsException wrong(String name, String message) {
        return ReadsException.invalidInput(place + name, message);
    }

    /** Refuses members that are not known: an option with a typing error would be ignored. */
    public void refuseUnknown(Set<String> known) {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw wrong(
                        name,
                        "unknown member; expected one of "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    public Optional<String> text(String name) {
        return member(name).map(value -> text(place + name, value));
    }

    /** A text that must be there. */
    public String requiredText(String name) {
        return text(name).orElseThrow(() -> wrong(name, "is missing"));
    }

    public OptionalLong whole(String name) {
        @Nullable JsonNode value = member(name).orElse(null);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, "is not a whole number");
        }
        return OptionalLong.of(value.longValue());
    }

    public boolean flag(String name, boolean usual) {
        @Nullable JsonNode value = member(name).orElse(null);
        if (value == null) {
            return usual;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "is neither true nor false");
        }
        return value.booleanValue();
    }

    public Optional<JsonBody> object(String name, String itsPlace) {
        @Nullable JsonNode value = member(name).orElse(null);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw wrong(name, "is not a JSON object");
        }
        return Optional.of(new JsonBody(value, itsPlace));
    }

    public Optional<List<String>> texts(String name) {
        @Nullable JsonNode array = member(name).orElse(null);
        if (array == null) {
            return Optional.empty();
        }
        if (!array.isArray()) {
            throw wrong(name, "is not an array of strings");
        }
        List<String> values = new ArrayList<>(array.size());
        for (JsonNode value : array) {
            values.add(text(place + name + "/" + values.size(), value));
        }
        return Optional.of(values);
    }

    private static String text(String field, JsonNode value) {
        if (!value.isString()) {
            throw ReadsException.invalidInput(field, "is not a string");
        }
        return value.stringValue();
    }
}
