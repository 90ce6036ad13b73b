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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the JSON body of a POST (htsget 1.3 § Request body), in which null counts as absent. Places are named by JSON pointer, `/regions/2/start`. */
final class RequestBody {
    private static final Set<String> KEYS =
            Set.of("format", "class", "fields", "tags", "notags", "regions", Extensions.NAMESPACE);

    /** Parameters of a GET. Ignoring them at the top of a body would answer with all reads. */
    private static final List<String> REGION_KEYS = List.of("referenceName", "start", "end");

    private RequestBody() {}

    static HtsgetRequest parse(byte[] body, HtsgetRequest.Limits limits) {
        if (body.length == 0) {
            return new HtsgetRequest(
                    Optional.empty(),
                    false,
                    ReadSelection.everything(),
                    RecordView.ALL,
                    OptionalInt.empty(),
                    false,
                    false,
                    List.of());
        }
        JsonBody read = JsonBody.read(body, limits.maxBodyBytes(), "/");
        JsonNode root = read.node();
        for (String name : REGION_KEYS) {
            if (read.has(name)) {
                throw read.wrong(name, "stands in an element of regions: {\"regions\": [{\"" + name + "\": ...}]}");
            }
        }
        List<String> ignored = new ArrayList<>();
        root.propertyNames().stream()
                .filter(key -> !KEYS.contains(key) && !Extensions.isMeant(key))
                .forEach(ignored::add);
        Optional<HtsgetFormat> format = read.text("format").map(value -> HtsgetFormat.parse("/format", value));
        if (HtsgetRequest.isHeaderClass("/class", read.text("class"))) {
            for (String name : List.of("regions", "fields", "tags", "notags", Extensions.NAMESPACE)) {
                if (read.has(name)) {
                    throw ReadsException.invalidInput("/" + name, "cannot stand beside class 'header'");
                }
            }
            return HtsgetRequest.header(format, false, ignored);
        }
        RecordColumns columns =
                ColumnsText.parse(read.texts("fields"), read.texts("tags"), read.texts("notags"), name -> "/" + name);
        Extensions extensions = Extensions.ofBody(root, columns);
        return new HtsgetRequest(
                format,
                false,
                selection(read, limits),
                extensions.view(),
                extensions.level(),
                extensions.endLine(),
                extensions.allowed(),
                ignored);
    }

    /**
     * The regions of a body that has to name some, each on a reference.
     *
     * @throws ReadsException INVALID_INPUT or TOO_LARGE, naming the place
     */
    static List<Region> placed(JsonBody root, HtsgetRequest.Limits limits) {
        if (!(selection(root, limits) instanceof ReadSelection.Regions regions)) {
            throw root.wrong("regions", "is missing");
        }
        if (regions.unplaced()) {
            throw root.wrong("regions", "unplaced reads (*) have no positions to be deep at");
        }
        return regions.regions();
    }

    private static ReadSelection selection(JsonBody root, HtsgetRequest.Limits limits) {
        @Nullable JsonNode array = root.member("regions").orElse(null);
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
        if (node == null || node.isNull()) {
            return OptionalLong.empty();
        }
        boolean whole = node.isIntegralNumber() && node.canConvertToLong();
        if (!whole || node.longValue() < 0 || node.longValue() > RequestedRegion.MAX_POSITION) {
            throw ReadsException.invalidInput(
                    pointer + "/" + name, "is not a whole number from 0 to " + RequestedRegion.MAX_POSITION);
        }
        return OptionalLong.of(node.longValue());
    }
}
