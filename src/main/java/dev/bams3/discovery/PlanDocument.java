package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.format.BlockEntry;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.PlannedRange;
import dev.bams3.plan.ReadPlan;
import dev.bams3.query.OpenRead;
import tools.jackson.core.JsonGenerator;

/**
 * The plan of a stream, made without touching a chunk object: the GETs in the order in which they would be made, with the
 * blocks of each. Cached blocks would cost no GET; that depends on the moment and is not part of the plan.
 *
 * @param id of the dataset
 * @param read the request
 */
public record PlanDocument(DatasetId id, OpenRead read) {
    /** Blocks that are listed; ranges after the one that reaches this number are only counted. About 1 MB of JSON. */
    static final int MAX_BLOCKS = 10_000;

    /** The JSON document, UTF-8. Offsets and lengths are bytes in the chunk object. */
    public byte[] toJson() {
        ReadPlan plan = read.expectedPlan();
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("generation", read.metadata().generation());
            json.writeBooleanProperty("exact", read.isCountedByPlan());
            json.writeNumberProperty("estimatedRecords", read.estimatedRecords());
            json.writeNumberProperty("estimatedRecordBytes", plan.estimatedRawBytes());
            json.writeNumberProperty("gets", plan.gets());
            json.writeNumberProperty("bytesFetched", plan.fetchedBytes());
            json.writeNumberProperty("gapBytes", plan.gapBytes());
            json.writeNumberProperty(
                    "chunkObjects",
                    plan.ranges().stream()
                            .mapToInt(PlannedRange::chunk)
                            .distinct()
                            .count());
            json.writeNumberProperty("blocks", plan.blocks().size());
            json.writeNumberProperty("filteredBlocks", plan.blocks().size() - plan.wholeBlocks());
            json.writeNumberProperty("skippedBlocks", plan.skippedBlocks());
            json.writeArrayPropertyStart("ranges");
            int shown = 0;
            int ranges = 0;
            while (ranges < plan.ranges().size() && shown < MAX_BLOCKS) {
                PlannedRange range = plan.ranges().get(ranges++);
                write(range, plan, json);
                shown += range.blocks();
            }
            json.writeEndArray();
            json.writeNumberProperty("rangesNotTold", plan.ranges().size() - ranges);
        });
    }

    private void write(PlannedRange range, ReadPlan plan, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("object", read.chunkObject(range.chunk()));
        json.writeNumberProperty("offset", range.offset());
        json.writeNumberProperty("length", range.length());
        json.writeArrayPropertyStart("blocks");
        for (PlannedBlock block : plan.blocks().subList(range.firstBlock(), range.firstBlock() + range.blocks())) {
            BlockEntry entry = block.entry();
            json.writeStartObject();
            json.writeNumberProperty("offset", entry.offset());
            json.writeNumberProperty("length", entry.storedLength());
            json.writeNumberProperty("recordBytes", entry.rawLength());
            json.writeNumberProperty("records", entry.records());
            json.writeNumberProperty("estimatedRecords", block.estimatedRecords());
            json.writeBooleanProperty("filtered", !block.isWhole());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
