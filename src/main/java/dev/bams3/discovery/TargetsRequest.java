package dev.bams3.discovery;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.htsget.Accept;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.JsonBody;
import dev.bams3.table.TableFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Targets whose depth is wanted as a table: the body of a POST.
 *
 * @param regions the targets; their names are not looked up yet
 * @param thresholds depths; for each, the share of a target that is as deep
 * @param format of the table
 */
public record TargetsRequest(List<Region> regions, List<Long> thresholds, TableFormat format) {
    private static final Set<String> MEMBERS = Set.of("regions", "thresholds", "format");
    private static final List<Long> USUAL = List.of(1L, 10L, 20L, 30L);
    private static final int MOST_THRESHOLDS = 32;
    private static final long HIGHEST = 1_000_000_000;

    /**
     * @param accept values of the {@code Accept} header, which the member {@code format} overrides
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE, UNSUPPORTED_FORMAT or TOO_LARGE, naming the place
     */
    public static TargetsRequest parse(byte[] body, HtsgetRequest.Limits limits, List<String> accept) {
        JsonBody read = JsonBody.read(body, limits.maxBodyBytes(), "/");
        read.refuseUnknown(MEMBERS);
        return new TargetsRequest(
                HtsgetRequest.regions(read, limits),
                thresholds(read),
                read.text("format").map(TargetsRequest::format).orElseGet(() -> accepted(accept)));
    }

    /** Media type of the answer. */
    public String mediaType() {
        return format.mediaType();
    }

    private static List<Long> thresholds(JsonBody body) {
        if (!body.has("thresholds")) {
            return USUAL;
        }
        JsonNode array = body.member("thresholds").orElseThrow();
        if (!array.isArray() || array.size() > MOST_THRESHOLDS) {
            throw body.wrong("thresholds", "is not an array of at most " + MOST_THRESHOLDS + " depths");
        }
        List<Long> thresholds = new ArrayList<>();
        for (JsonNode each : array) {
            boolean whole = each.isIntegralNumber() && each.canConvertToLong();
            if (!whole || each.longValue() < 1 || each.longValue() > HIGHEST) {
                throw body.wrong("thresholds/" + thresholds.size(), "is not a whole number from 1 to " + HIGHEST);
            }
            if (thresholds.contains(each.longValue())) {
                throw body.wrong("thresholds/" + thresholds.size(), "stands there twice");
            }
            thresholds.add(each.longValue());
        }
        return thresholds;
    }

    private static TableFormat format(String text) {
        return Stream.of(TableFormat.values())
                .filter(format -> format.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> ReadsException.of(
                        ErrorKind.UNSUPPORTED_FORMAT, "/format: the table comes as JSON, TSV or ARROW"));
    }

    private static TableFormat accepted(List<String> accept) {
        String wanted = Accept.parse(accept).preferred().orElse("");
        return Stream.of(TableFormat.values())
                .filter(format -> format.mediaType().equals(wanted))
                .findFirst()
                .orElse(TableFormat.JSON);
    }
}
