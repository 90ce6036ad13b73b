package dev.bams3.discovery;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.sam.HeaderMerge.NewIds;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * All that the metadata of a cohort's members tells of them together.
 *
 * @param cohort opened
 * @param leftOut ids of members that the caller may not see
 */
public record CohortDescription(OpenCohort cohort, List<String> leftOut) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringProperty("id", cohort.name().text());
            json.writeStringProperty("generation", cohort.identity());
            json.writeNumberProperty(
                    "records",
                    cohort.members().stream()
                            .mapToLong(member ->
                                    member.dataset().metadata().digest().records())
                            .sum());
            json.writeNumberProperty("references", cohort.references().size());
            json.writeArrayPropertyStart("members");
            cohort.members().forEach(member -> write(member, json));
            json.writeEndArray();
            Json.texts(json, "leftOut", leftOut);
        });
    }

    private static void write(OpenCohort.Member member, JsonGenerator json) {
        DatasetMetadata metadata = member.dataset().metadata();
        json.writeStartObject();
        json.writeStringProperty("id", member.id());
        json.writeStringProperty("sample", member.sample());
        json.writeStringProperty("generation", metadata.generation());
        json.writeNumberProperty("records", metadata.digest().records());
        json.writeNumberProperty("bases", metadata.bases());
        write("newReadGroups", NewIds.changed(member.ids().readGroups()), json);
        write("newPrograms", NewIds.changed(member.ids().programs()), json);
        json.writeEndObject();
    }

    private static void write(String name, Map<String, String> ids, JsonGenerator json) {
        json.writeObjectPropertyStart(name);
        ids.forEach(json::writeStringProperty);
        json.writeEndObject();
    }
}
