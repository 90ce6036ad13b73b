package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.Flagstat;
import dev.bams3.format.Flagstat.Category;
import dev.bams3.format.ReadsTotals;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * The description of a dataset, from its metadata and the totals in its index.
 *
 * @param id of the dataset
 * @param dataset opened
 */
public record DatasetDocument(DatasetId id, OpenDataset dataset) {
    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        DatasetMetadata metadata = dataset.metadata();
        ReferenceDictionary references = dataset.references();
        List<ReadsTotals> totals = dataset.totals();
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("uuid", metadata.uuid().toString());
            json.writeStringProperty("generation", metadata.generation());
            json.writeStringProperty("formatVersion", metadata.version());
            json.writeStringProperty("created", metadata.created().toString());
            json.writeStringProperty("createdBy", metadata.createdBy());
            json.writeStringProperty("sortOrder", DatasetMetadata.SORT_ORDER);
            source(json, metadata.source());
            warnings(json, metadata.source());
            json.writeNumberProperty("records", metadata.digest().records());
            json.writeNumberProperty("bases", metadata.bases());
            json.writeStringProperty("digest", metadata.digest().hex());
            sizes(json, metadata);
            json.writeArrayPropertyStart("samples");
            metadata.samples().forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("readGroups");
            metadata.readGroups().forEach(group -> readGroup(json, group));
            json.writeEndArray();
            flagstat(json, metadata.flagstat());
            json.writeArrayPropertyStart("references");
            for (int i = 0; i < totals.size(); i++) {
                reference(json, references.get(i), totals.get(i));
            }
            json.writeEndArray();
            json.writeObjectPropertyStart("unplaced");
            reads(json, metadata.unplaced());
            json.writeEndObject();
        });
    }

    private static void source(JsonGenerator json, DatasetMetadata.Source source) {
        json.writeObjectPropertyStart("source");
        json.writeStringProperty("uri", source.uri());
        json.writeStringProperty("format", source.format());
        source.size().ifPresent(size -> json.writeNumberProperty("size", size));
        source.etag().ifPresent(etag -> json.writeStringProperty("etag", etag));
        source.declaredOrder().ifPresent(order -> json.writeStringProperty("declaredOrder", order));
        json.writeBooleanProperty("sortedOnConversion", source.sortedOnConversion());
        json.writeEndObject();
    }

    private static void warnings(JsonGenerator json, DatasetMetadata.Source source) {
        json.writeArrayPropertyStart("warnings");
        for (DatasetMetadata.SourceWarning warning : source.warnings()) {
            json.writeStartObject();
            json.writeStringProperty("kind", warning.kind());
            json.writeNumberProperty("count", warning.count());
            json.writeStringProperty("example", warning.example());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void sizes(JsonGenerator json, DatasetMetadata metadata) {
        json.writeObjectPropertyStart("sizes");
        json.writeNumberProperty("chunks", metadata.chunks().count());
        json.writeNumberProperty("blocks", metadata.blocks().count());
        json.writeNumberProperty("chunkBytes", metadata.chunks().length());
        json.writeNumberProperty("indexBytes", metadata.index().length());
        json.writeNumberProperty("headerBytes", metadata.header().length());
        metadata.depth().ifPresent(depth -> json.writeNumberProperty("depthBytes", depth.length()));
        json.writeNumberProperty("recordBytes", metadata.digest().bytes());
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

    private static void flagstat(JsonGenerator json, Flagstat counts) {
        json.writeObjectPropertyStart("flagstat");
        for (Category category : Category.values()) {
            json.writeObjectPropertyStart(category.key());
            json.writeNumberProperty("passed", counts.passed(category));
            json.writeNumberProperty("failed", counts.failed(category));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void reference(JsonGenerator json, Reference reference, ReadsTotals totals) {
        json.writeStartObject();
        json.writeStringProperty("name", reference.name());
        json.writeNumberProperty("length", reference.length());
        reads(json, totals);
        json.writeEndObject();
    }

    private static void reads(JsonGenerator json, ReadsTotals reads) {
        json.writeNumberProperty("mapped", reads.mapped());
        json.writeNumberProperty("unmapped", reads.unmapped());
        json.writeNumberProperty("bases", reads.bases());
    }
}
