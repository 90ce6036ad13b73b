package dev.bams3.web;

import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a link is wanted for.
 *
 * @param dataset the one dataset
 * @param grant regions of it, or everything that its maker may see
 * @param ttl how long it is to last
 */
record LinkRequest(DatasetId dataset, Grant grant, Duration ttl) {
    private static final int MAX_BODY = 64 << 10;
    private static final Duration DEFAULT_TTL = Duration.ofHours(24);
    private static final Set<String> KEYS = Set.of("dataset", "regions", "unplaced", "ttlSeconds");
    private static final Set<String> REGION_KEYS = Set.of("referenceName", "start", "end");

    /** @throws ReadsException INVALID_INPUT naming the field, TOO_LARGE */
    static LinkRequest read(HttpServletRequest request, Duration maxTtl) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw ReadsException.of(ErrorKind.TOO_LARGE, "the body of a request for a link is at most 64 KiB");
        }
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw ReadsException.invalidInput("body", "is not JSON");
        }
        checkKeys("body", root, KEYS);
        if (!root.path("dataset").isString()) {
            throw ReadsException.invalidInput("dataset", "is needed, a text");
        }
        long seconds = number("ttlSeconds", root, Math.min(DEFAULT_TTL.toSeconds(), maxTtl.toSeconds()));
        if (seconds < 1 || seconds > maxTtl.toSeconds()) {
            throw ReadsException.invalidInput("ttlSeconds", "must be 1 to " + maxTtl.toSeconds());
        }
        DatasetId dataset = new DatasetId(root.path("dataset").stringValue());
        return new LinkRequest(dataset, grant(root), Duration.ofSeconds(seconds));
    }

    private static Grant grant(JsonNode root) {
        JsonNode unplaced = root.path("unplaced");
        if (!unplaced.isMissingNode() && !unplaced.isBoolean()) {
            throw ReadsException.invalidInput("unplaced", "must be true or false");
        }
        JsonNode list = root.path("regions");
        boolean withUnplaced = unplaced.isBoolean() && unplaced.booleanValue();
        if (list.isMissingNode()) {
            return withUnplaced ? new Grant.Regions(List.of(), true) : Grant.everything();
        }
        if (!list.isArray() || list.isEmpty() || list.size() > LinkTokens.MAX_REGIONS) {
            throw ReadsException.invalidInput("regions", "must be a list of 1 to " + LinkTokens.MAX_REGIONS);
        }
        List<Region> regions = new ArrayList<>();
        for (JsonNode item : list) {
            String place = "/regions/" + regions.size();
            checkKeys(place, item, REGION_KEYS);
            if (!item.path("referenceName").isString()) {
                throw ReadsException.invalidInput(place + "/referenceName", "is needed, a text");
            }
            long start = number(place + "/start", item, 0);
            long end = number(place + "/end", item, -1);
            if (start < 0 || (end != -1 && end <= start)) {
                throw ReadsException.invalidInput(place, "its end must come after its start, which is 0 or more");
            }
            regions.add(new Region(
                    item.path("referenceName").stringValue(),
                    start,
                    end == -1 ? OptionalLong.empty() : OptionalLong.of(end)));
        }
        return new Grant.Regions(regions, withUnplaced);
    }

    private static long number(String field, JsonNode object, long otherwise) {
        JsonNode value = object.path(field.substring(field.lastIndexOf('/') + 1));
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw ReadsException.invalidInput(field, "must be a whole number, 0 or more");
        }
        return value.longValue();
    }

    private static void checkKeys(String place, JsonNode object, Set<String> known) {
        if (!object.isObject()) {
            throw ReadsException.invalidInput(place, "must be a JSON object");
        }
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw ReadsException.invalidInput(place, "has an unknown key; known are " + String.join(", ", known));
            }
        }
    }

    /** A link to a reference that does not exist would be of no use to anybody. */
    void checkNames(ReferenceDictionary references) {
        if (grant instanceof Grant.Regions(List<Region> regions, boolean _)) {
            for (Region region : regions) {
                if (references.indexOf(region.referenceName()).isEmpty()) {
                    throw ReadsException.invalidInput("regions", "name a reference that the dataset does not have");
                }
            }
        }
    }
}
