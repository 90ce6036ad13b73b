package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordView;
import dev.bams3.view.ColumnsText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON body of a POST (htsget 1.3 § Request body). Places are named by JSON pointer, `/regions/2/start`. */
final class RequestBody {
    private static final Set<String> KEYS =
            Set.of("format", "class", "fields", "tags", "notags", "regions", Extensions.NAMESPACE);
    private static final int MAX_DEPTH = 8;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private RequestBody() {}

    static HtsgetRequest parse(byte[] body, List<String> ignoredParameters, HtsgetRequest.Limits limits) {
        if (body.length > limits.maxBodyBytes()) {
            throw ReadsException.of(
                    ErrorKind.TOO_LARGE, "the request body is larger than " + limits.maxBodyBytes() + " bytes");
        }
        if (body.length == 0) {
            return new HtsgetRequest(
                    Optional.empty(),
                    false,
                    ReadSelection.everything(),
                    RecordView.ALL,
                    OptionalInt.empty(),
                    ignoredParameters);
        }
        JsonNode root = read(body);
        List<String> ignored = new ArrayList<>(ignoredParameters);
        root.propertyNames().stream()
                .filter(key -> !KEYS.contains(key) && !Extensions.isMeant(key))
                .forEach(ignored::add);
        Optional<HtsgetFormat> format = text(root, "format").map(value -> HtsgetFormat.parse("/format", value));
        if (HtsgetRequest.isHeaderClass("/class", text(root, "class"))) {
            for (String name : List.of("regions", "fields", "tags", "notags", Extensions.NAMESPACE)) {
                if (root.has(name)) {
                    throw ReadsException.invalidInput("/" + name, "cannot stand beside class 'header'");
                }
            }
            return HtsgetRequest.header(format, ignored);
        }
        RecordColumns columns =
                ColumnsText.parse(list(root, "fields"), list(root, "tags"), list(root, "notags"), name -> "/" + name);
        Extensions extensions = Extensions.ofBody(root, columns);
        return new HtsgetRequest(
                format, false, selection(root, limits), extensions.view(), extensions.level(), ignored);
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

    private static ReadSelection selection(JsonNode root, HtsgetRequest.Limits limits) {
        JsonNode array = root.get("regions");
        if (array == null) {
            return ReadSelection.everything();
        }
        if (!array.isArray() || array.isEmpty()) {
            throw ReadsException.invalidInput(
                    "/regions", "is not an array of at least one region; leave it out for all reads");
        }
        if (array.size() > limits.maxRegions()) {
            throw ReadsException.of(
                    ErrorKind.TOO_LARGE,
                    "/regions: " + array.size() + " regions are more than the " + limits.maxRegions()
                            + " that one request may have; send several requests");
        }
        List<Region> regions = new ArrayList<>(array.size());
        boolean unplaced = false;
        for (int i = 0; i < array.size(); i++) {
            String pointer = "/regions/" + i;
            RequestedRegion region = region(array.get(i), pointer);
            region.check(pointer + "/");
            if (region.isUnplaced()) {
                unplaced = true;
            } else {
                regions.add(region.toRegion(pointer + "/", false));
            }
        }
        return new ReadSelection.Regions(regions, unplaced);
    }

    private static RequestedRegion region(JsonNode node, String pointer) {
        if (!node.isObject()) {
            throw ReadsException.invalidInput(pointer, "is not a JSON object with a referenceName");
        }
        JsonNode name = node.get("referenceName");
        if (name == null || !name.isString()) {
            throw ReadsException.invalidInput(
                    pointer + "/referenceName", "is not a string; every region names a reference");
        }
        return new RequestedRegion(
                name.stringValue(), position(node, pointer, "start"), position(node, pointer, "end"));
    }

    private static OptionalLong position(JsonNode region, String pointer, String name) {
        JsonNode node = region.get(name);
        if (node == null) {
            return OptionalLong.empty();
        }
        boolean whole = node.isIntegralNumber() && node.canConvertToLong();
        if (!whole || node.longValue() < 0 || node.longValue() > RequestedRegion.MAX_POSITION) {
            throw ReadsException.invalidInput(
                    pointer + "/" + name, "is not a whole number from 0 to " + RequestedRegion.MAX_POSITION);
        }
        return OptionalLong.of(node.longValue());
    }

    private static Optional<String> text(JsonNode root, String name) {
        JsonNode node = root.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isString()) {
            throw ReadsException.invalidInput("/" + name, "is not a string");
        }
        return Optional.of(node.stringValue());
    }

    private static Optional<List<String>> list(JsonNode root, String name) {
        JsonNode node = root.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isArray()) {
            throw ReadsException.invalidInput("/" + name, "is not an array of strings");
        }
        List<String> values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            if (!node.get(i).isString()) {
                throw ReadsException.invalidInput("/" + name + "/" + i, "is not a string");
            }
            values.add(node.get(i).stringValue());
        }
        return Optional.of(values);
    }
}
