package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.query.ReadTotals;

/**
 * The answer to a count.
 *
 * @param id of the dataset
 * @param generation that was counted
 * @param totals what was found, and what it took
 */
public record CountDocument(DatasetId id, String generation, ReadTotals totals) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("generation", generation);
            json.writeNumberProperty("records", totals.records());
            json.writeNumberProperty("gets", totals.gets());
            json.writeNumberProperty("bytesFetched", totals.bytesFetched());
            json.writeNumberProperty("recordsScanned", totals.scanned());
        });
    }
}
