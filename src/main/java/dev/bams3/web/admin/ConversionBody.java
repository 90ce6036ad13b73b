package dev.bams3.web.admin;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobRequest;
import java.util.Optional;
import java.util.OptionalInt;
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

/** Reads the body of a submission. A key that means nothing is refused: an option with a typing error would be none. */
final class ConversionBody {
    /** Bytes; far more than two addresses and some numbers. */
    static final int MAX_BYTES = 64 << 10;

    private static final Set<String> KEYS = Set.of("source", "dataset", "options");
    private static final Set<String> OPTIONS = Set.of(
            "chunkBytes", "blockRecords", "level", "sort", "replace", "reference", "verify", "allowUnknownReferences");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(4).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ConversionBody() {}

    /** @throws ReadsException INVALID_INPUT naming the key, TOO_LARGE */
    static JobRequest parse(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw ReadsException.of(ErrorKind.TOO_LARGE, "the request body is larger than " + MAX_BYTES + " bytes");
        }
        JsonNode root = read(body);
        refuseUnknown(root, "", KEYS);
        return new JobRequest(required(root, "source"), required(root, "dataset"), options(root.get("options")));
    }

    private static JsonNode read(byte[] body) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw ReadsException.of(ErrorKind.INVALID_INPUT, "the request body is not JSON" + place, e);
        }
        if (!root.isObject()) {
            throw ReadsException.of(ErrorKind.INVALID_INPUT, "the request body is not a JSON object");
        }
        return root;
    }

    private static JobOptions options(@Nullable JsonNode options) {
        if (options == null) {
            return JobOptions.DEFAULT;
        }
        if (!options.isObject()) {
            throw ReadsException.invalidInput("options", "is not a JSON object");
        }
        refuseUnknown(options, "options.", OPTIONS);
        JobOptions usual = JobOptions.DEFAULT;
        Optional<Long> chunkBytes = whole(options, "chunkBytes");
        return new JobOptions(
                chunkBytes.map(OptionalLong::of).orElse(OptionalLong.empty()),
                number(options, "blockRecords"),
                number(options, "level"),
                flag(options, "sort", usual.sort()),
                flag(options, "replace", usual.replace()),
                text("options.reference", options.get("reference")),
                flag(options, "verify", usual.verify()),
                flag(options, "allowUnknownReferences", usual.allowUnknownReferences()));
    }

    /** Clamped, for whoever knows its range to refuse it. */
    private static OptionalInt number(JsonNode options, String name) {
        return whole(options, name)
                .map(value -> OptionalInt.of((int) Math.clamp(value, 0, Integer.MAX_VALUE)))
                .orElse(OptionalInt.empty());
    }

    private static void refuseUnknown(JsonNode object, String prefix, Set<String> known) {
        for (String key : object.propertyNames()) {
            if (!known.contains(key)) {
                throw ReadsException.invalidInput(
                        prefix + key,
                        "means nothing here; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static String required(JsonNode root, String name) {
        return text(name, root.get(name)).orElseThrow(() -> ReadsException.invalidInput(name, "is missing"));
    }

    private static Optional<String> text(String name, @Nullable JsonNode node) {
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isString()) {
            throw ReadsException.invalidInput(name, "is not a string");
        }
        return Optional.of(node.stringValue());
    }

    private static Optional<Long> whole(JsonNode options, String name) {
        JsonNode node = options.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw ReadsException.invalidInput("options." + name, "is not a whole number");
        }
        return Optional.of(node.longValue());
    }

    private static boolean flag(JsonNode options, String name, boolean usual) {
        JsonNode node = options.get(name);
        if (node == null) {
            return usual;
        }
        if (!node.isBoolean()) {
            throw ReadsException.invalidInput("options." + name, "is neither true nor false");
        }
        return node.booleanValue();
    }
}
