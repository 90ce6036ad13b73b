package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.ReservedNames;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;

/**
 * A page of the list of datasets.
 *
 * @param request that asked for it
 * @param entries in the order of the store
 * @param next last dataset that was looked at, if others follow it
 * @param complete whether the caller may see every dataset of the store
 * @param hidden datasets that were passed over because the caller may not see them; absent where the caller may not know
 */
public record DatasetList(
        ListRequest request, List<Entry> entries, Optional<DatasetId> next, boolean complete, OptionalInt hidden) {
    private static final String NOTE =
            "the name means something else below /reads; it is refused for new datasets, copy this one to another";

    public DatasetList {
        entries = List.copyOf(entries);
    }

    /**
     * One dataset.
     *
     * @param id of the dataset
     * @param figures absent where they were not asked for, cannot be read, or tell more than the caller may know
     */
    public record Entry(DatasetId id, Optional<DatasetFigures> figures) {}

    /** The JSON document, UTF-8. Addresses in it are relative to the service's. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeArrayPropertyStart("datasets");
            for (Entry entry : entries) {
                json.writeStartObject();
                writePaths(json, entry.id());
                entry.figures().ifPresent(figures -> figures.write(json));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanProperty("complete", complete);
            hidden.ifPresent(count -> json.writeNumberProperty("hidden", count));
            next.ifPresent(last -> writeNext(json, ListRequest.cursor(last)));
        });
    }

    private static void writePaths(JsonGenerator json, DatasetId id) {
        json.writeStringProperty("id", id.value());
        json.writeStringProperty("dataset", DatasetPath.path(id));
        if (ReservedNames.hidesReads(id.value())) {
            json.writeStringProperty("file", "/files/" + id + ".bam");
            json.writeStringProperty("note", NOTE);
        } else {
            json.writeStringProperty("reads", "/reads/" + id);
        }
    }

    private void writeNext(JsonGenerator json, String cursor) {
        String others = parameter("prefix", request.prefix())
                + parameter("search", request.search())
                + (request.figures() ? "figures=true&" : "");
        json.writeStringProperty("cursor", cursor);
        json.writeStringProperty("next", "/datasets?" + others + "limit=" + request.limit() + "&cursor=" + cursor);
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8) + "&";
    }
}
