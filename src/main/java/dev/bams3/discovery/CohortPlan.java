package dev.bams3.discovery;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.query.CohortRead;
import dev.bams3.query.CohortRead.MemberPlan;
import java.util.List;

/**
 * The plan of a stream of a cohort in figures, made without touching a chunk object.
 *
 * @param cohort that was planned
 * @param read the request
 * @param leftOut ids of members that the caller may not see
 */
public record CohortPlan(OpenCohort cohort, CohortRead read, List<String> leftOut) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        List<MemberPlan> plans = read.plans();
        return Json.object(json -> {
            json.writeStringProperty("id", cohort.name().text());
            json.writeStringProperty("generation", cohort.identity());
            json.writeBooleanProperty("exact", read.isCountedByPlan());
            json.writeNumberProperty("estimatedRecords", read.estimatedRecords());
            json.writeNumberProperty(
                    "gets", plans.stream().mapToLong(MemberPlan::gets).sum());
            json.writeNumberProperty(
                    "bytesFetched",
                    plans.stream().mapToLong(MemberPlan::bytesFetched).sum());
            json.writeNumberProperty(
                    "blocks", plans.stream().mapToLong(MemberPlan::blocks).sum());
            json.writeNumberProperty("membersWithoutRecords", read.membersWithoutRecords());
            json.writeArrayPropertyStart("members");
            for (MemberPlan plan : plans) {
                json.writeStartObject();
                json.writeStringProperty("id", plan.id());
                json.writeStringProperty("generation", plan.generation());
                json.writeNumberProperty("estimatedRecords", plan.estimatedRecords());
                json.writeNumberProperty("gets", plan.gets());
                json.writeNumberProperty("bytesFetched", plan.bytesFetched());
                json.writeNumberProperty("blocks", plan.blocks());
                json.writeEndObject();
            }
            json.writeEndArray();
            Json.texts(json, "leftOut", leftOut);
        });
    }
}
