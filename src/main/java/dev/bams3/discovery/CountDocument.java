package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.query.ReadTotals;
import java.util.Optional;

/**
 * The answer to a count.
 *
 * @param id of the dataset
 * @param generation that was counted
 * @param records how many there are
 * @param work what was read to count them; absent for a caller who may not know that
 */
public record CountDocument(DatasetId id, String generation, long records, Optional<ReadTotals> work) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("generation", generation);
            json.writeNumberProperty("records", records);
            work.ifPresent(totals -> {
                json.writeNumberProperty("gets", totals.gets());
                json.writeNumberProperty("bytesFetched", totals.bytesFetched());
                json.writeNumberProperty("recordsScanned", totals.scanned());
            });
        });
    }
}
