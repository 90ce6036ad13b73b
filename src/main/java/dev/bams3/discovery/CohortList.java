package dev.bams3.discovery;

import dev.bams3.cohort.CohortName;
import java.util.List;

/**
 * The kept cohorts that a caller may see.
 *
 * @param names in order
 */
public record CohortList(List<CohortName.Kept> names) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeArrayPropertyStart("cohorts");
            for (CohortName.Kept name : names) {
                json.writeStartObject();
                json.writeStringProperty("name", name.name());
                json.writeStringProperty("cohort", "/cohorts/" + name.name());
                json.writeStringProperty("reads", "/reads/" + name.text());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
