package dev.bams3.cli;

import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.ReadsTotals;
import dev.bams3.format.DatasetMetadata.ReferenceReads;
import dev.bams3.format.Flagstat;
import dev.bams3.format.Flagstat.Category;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The counts of a dataset as JSON. */
final class StatsJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private StatsJson() {}

    static String text(DatasetMetadata metadata) {
        ObjectNode root = JSON.createObjectNode();
        root.put("uuid", metadata.uuid().toString());
        root.put("created", metadata.created().toString());
        root.put("source", metadata.source().uri());
        root.put("records", metadata.digest().records());
        root.put("digest", metadata.digest().hex());
        root.put("chunks", metadata.chunks().count());
        root.put("bytes", metadata.chunks().length());
        ObjectNode flagstat = root.putObject("flagstat");
        for (Category category : Category.values()) {
            Flagstat counts = metadata.flagstat();
            flagstat.putObject(category.key())
                    .put("passed", counts.passed(category))
                    .put("failed", counts.failed(category));
        }
        ArrayNode references = root.putArray("references");
        for (ReferenceReads reads : metadata.references()) {
            ObjectNode reference = references.addObject();
            reference.put("name", reads.reference().name());
            reference.put("length", reads.reference().length());
            put(reference, reads.reads());
        }
        put(root.putObject("unplaced"), metadata.unplaced());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void put(ObjectNode node, ReadsTotals reads) {
        node.put("mapped", reads.mapped());
        node.put("unmapped", reads.unmapped());
        node.put("bases", reads.bases());
        node.put("bytes", reads.storedBytes());
    }
}
