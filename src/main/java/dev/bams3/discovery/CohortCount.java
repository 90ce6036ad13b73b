package dev.bams3.discovery;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.query.CohortRead.MemberTotals;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The answer to a count in a cohort.
 *
 * @param cohort that was counted
 * @param counts of the members that may have such reads
 * @param limit of all members together
 * @param leftOut ids of members that the caller may not see
 * @param showsWork whether the caller may know what was read
 */
public record CohortCount(
        OpenCohort cohort, List<MemberTotals> counts, OptionalLong limit, List<String> leftOut, boolean showsWork) {
    /** Returns how many reads there are. */
    public long records() {
        long all = counts.stream().mapToLong(count -> count.totals().records()).sum();
        return Math.min(all, limit.orElse(Long.MAX_VALUE));
    }

    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        Map<String, MemberTotals> byId = new HashMap<>();
        counts.forEach(count -> byId.put(count.id(), count));
        return Json.object(json -> {
            json.writeStringProperty("id", cohort.name().text());
            json.writeStringProperty("generation", cohort.identity());
            json.writeNumberProperty("records", records());
            if (showsWork) {
                json.writeNumberProperty(
                        "gets",
                        counts.stream()
                                .mapToLong(count -> count.totals().gets())
                                .sum());
                json.writeNumberProperty(
                        "bytesFetched",
                        counts.stream()
                                .mapToLong(count -> count.totals().bytesFetched())
                                .sum());
                json.writeNumberProperty(
                        "recordsScanned",
                        counts.stream()
                                .mapToLong(count -> count.totals().scanned())
                                .sum());
            }
            json.writeArrayPropertyStart("members");
            for (OpenCohort.Member member : cohort.members()) {
                MemberTotals count = byId.get(member.id());
                json.writeStartObject();
                json.writeStringProperty("id", member.id());
                json.writeStringProperty("sample", member.sample());
                json.writeStringProperty(
                        "generation", member.dataset().metadata().generation());
                json.writeNumberProperty(
                        "records", count == null ? 0 : count.totals().records());
                json.writeEndObject();
            }
            json.writeEndArray();
            Json.texts(json, "leftOut", leftOut);
        });
    }
}
