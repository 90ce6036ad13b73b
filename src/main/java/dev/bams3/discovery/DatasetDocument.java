package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.ReadsTotals;
import dev.bams3.format.DatasetMetadata.ReferenceReads;
import dev.bams3.format.Flagstat;
import dev.bams3.format.Flagstat.Category;
import dev.bams3.sam.SamHeader.ReadGroup;
import tools.jackson.core.JsonGenerator;

/**
 * All that the metadata of a dataset tells.
 *
 * @param id of the dataset
 * @param metadata its commit
 */
public record DatasetDocument(DatasetId id, DatasetMetadata metadata) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("uuid", metadata.uuid().toString());
            json.writeStringProperty("generation", metadata.generation());
            json.writeStringProperty("formatVersion", metadata.version());
            json.writeStringProperty("created", metadata.created().toString());
            json.writeStringProperty("createdBy", metadata.createdBy());
            json.writeStringProperty("sortOrder", DatasetMetadata.SORT_ORDER);
            source(json);
            warnings(json);
            json.writeNumberProperty("records", metadata.digest().records());
            json.writeNumberProperty("bases", metadata.bases());
            json.writeStringProperty("digest", metadata.digest().hex());
            sizes(json);
            json.writeArrayPropertyStart("samples");
            metadata.samples().forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("readGroups");
            metadata.readGroups().forEach(group -> readGroup(json, group));
            json.writeEndArray();
            flagstat(json);
            json.writeArrayPropertyStart("references");
            metadata.references().forEach(reference -> reference(json, reference));
            json.writeEndArray();
            json.writeObjectPropertyStart("unplaced");
            reads(json, metadata.unplaced());
            json.writeEndObject();
        });
    }

    private void source(JsonGenerator json) {
        DatasetMetadata.Source source = metadata.source();
        json.writeObjectPropertyStart("source");
        json.writeStringProperty("uri", source.uri());
        json.writeStringProperty("format", source.format());
        source.size().ifPresent(size -> json.writeNumberProperty("size", size));
        source.etag().ifPresent(etag -> json.writeStringProperty("etag", etag));
        source.declaredOrder().ifPresent(order -> json.writeStringProperty("declaredOrder", order));
        json.writeBooleanProperty("sortedOnConversion", source.sortedOnConversion());
        json.writeEndObject();
    }

    private void warnings(JsonGenerator json) {
        json.writeArrayPropertyStart("warnings");
        for (DatasetMetadata.SourceWarning warning : metadata.source().warnings()) {
            json.writeStartObject();
            json.writeStringProperty("kind", warning.kind());
            json.writeNumberProperty("count", warning.count());
            json.writeStringProperty("example", warning.example());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void sizes(JsonGenerator json) {
        long rawBytes = metadata.unplaced().rawBytes();
        for (ReferenceReads reference : metadata.references()) {
            rawBytes += reference.reads().rawBytes();
        }
        json.writeObjectPropertyStart("sizes");
        json.writeNumberProperty("chunks", metadata.chunks().count());
        json.writeNumberProperty("blocks", metadata.blocks());
        json.writeNumberProperty("chunkBytes", metadata.chunks().length());
        json.writeNumberProperty("indexBytes", metadata.index().length());
        json.writeNumberProperty("headerBytes", metadata.header().length());
        json.writeNumberProperty("recordBytes", rawBytes);
        json.writeEndObject();
    }

    private static void readGroup(JsonGenerator json, ReadGroup group) {
        json.writeStartObject();
        json.writeStringProperty("id", group.id());
        group.sample().ifPresent(sample -> json.writeStringProperty("sample", sample));
        group.library().ifPresent(library -> json.writeStringProperty("library", library));
        group.platform().ifPresent(platform -> json.writeStringProperty("platform", platform));
        json.writeEndObject();
    }

    private void flagstat(JsonGenerator json) {
        Flagstat counts = metadata.flagstat();
        json.writeObjectPropertyStart("flagstat");
        for (Category category : Category.values()) {
            json.writeObjectPropertyStart(category.key());
            json.writeNumberProperty("passed", counts.passed(category));
            json.writeNumberProperty("failed", counts.failed(category));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void reference(JsonGenerator json, ReferenceReads reference) {
        json.writeStartObject();
        json.writeStringProperty("name", reference.reference().name());
        json.writeNumberProperty("length", reference.reference().length());
        reads(json, reference.reads());
        json.writeEndObject();
    }

    private static void reads(JsonGenerator json, ReadsTotals reads) {
        json.writeNumberProperty("mapped", reads.mapped());
        json.writeNumberProperty("unmapped", reads.unmapped());
        json.writeNumberProperty("bases", reads.bases());
        json.writeNumberProperty("storedBytes", reads.storedBytes());
        json.writeNumberProperty("blocks", reads.blocks());
    }
}
