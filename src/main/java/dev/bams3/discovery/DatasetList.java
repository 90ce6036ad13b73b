package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.ReservedNames;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * A page of the list of datasets.
 *
 * @param request that asked for it
 * @param ids in the order of the store
 * @param more whether others follow
 */
public record DatasetList(ListRequest request, List<DatasetId> ids, boolean more) {
    private static final String NOTE =
            "the name means something else below /reads; it is refused for new datasets, copy this one to another";

    public DatasetList {
        ids = List.copyOf(ids);
    }

    /** The JSON document, UTF-8. Addresses in it are relative to the service's. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeArrayPropertyStart("datasets");
            for (DatasetId id : ids) {
                json.writeStartObject();
                json.writeStringProperty("id", id.value());
                json.writeStringProperty("dataset", DatasetPath.path(id));
                if (ReservedNames.hidesReads(id.value())) {
                    json.writeStringProperty("file", "/files/" + id + ".bam");
                    json.writeStringProperty("note", NOTE);
                } else {
                    json.writeStringProperty("reads", "/reads/" + id);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            if (more && !ids.isEmpty()) {
                writeNext(json, ListRequest.cursor(ids.getLast()));
            }
        });
    }

    private void writeNext(JsonGenerator json, String cursor) {
        String prefix = request.prefix().isEmpty()
                ? ""
                : "prefix=" + URLEncoder.encode(request.prefix(), StandardCharsets.UTF_8) + "&";
        json.writeStringProperty("cursor", cursor);
        json.writeStringProperty("next", "/datasets?" + prefix + "limit=" + request.limit() + "&cursor=" + cursor);
    }
}
