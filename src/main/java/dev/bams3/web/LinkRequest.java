package dev.bams3.web;

import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.htsget.JsonBody;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A request for a capability link.
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
        JsonBody root = JsonBody.read(request.getInputStream().readNBytes(MAX_BODY + 1), MAX_BODY, "");
        root.refuseUnknown(KEYS);
        long usual = Math.min(DEFAULT_TTL.toSeconds(), maxTtl.toSeconds());
        long seconds = root.whole("ttlSeconds").orElse(usual);
        if (seconds < 1 || seconds > maxTtl.toSeconds()) {
            throw root.wrong("ttlSeconds", "must be 1 to " + maxTtl.toSeconds());
        }
        DatasetId dataset = new DatasetId(root.requiredText("dataset"));
        return new LinkRequest(dataset, grant(root), Duration.ofSeconds(seconds));
    }

    private static Grant grant(JsonBody root) {
        boolean unplaced = root.flag("unplaced", false);
        @Nullable JsonNode list = root.member("regions").orElse(null);
        if (list == null) {
            return unplaced ? new Grant.Regions(List.of(), true) : Grant.everything();
        }
        if (!list.isArray() || list.isEmpty() || list.size() > LinkTokens.MAX_REGIONS) {
            throw root.wrong("regions", "must be a list of 1 to " + LinkTokens.MAX_REGIONS);
        }
        List<Region> regions = new ArrayList<>();
        for (JsonNode item : list) {
            regions.add(region(item, "/regions/" + regions.size()));
        }
        return new Grant.Regions(regions, unplaced);
    }

    private static Region region(JsonNode item, String place) {
        if (!item.isObject()) {
            throw ReadsException.invalidInput(place, "is not a JSON object");
        }
        JsonBody region = new JsonBody(item, place + "/");
        region.refuseUnknown(REGION_KEYS);
        long start = region.whole("start").orElse(0);
        OptionalLong end = region.whole("end");
        if (start < 0 || (end.isPresent() && end.getAsLong() <= start)) {
            throw ReadsException.invalidInput(place, "its end must come after its start, which is 0 or more");
        }
        return new Region(region.requiredText("referenceName"), start, end);
    }

    /** Refuses a link to a reference that the dataset does not have. */
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
