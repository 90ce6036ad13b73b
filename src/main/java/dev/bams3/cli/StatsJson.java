package dev.bams3.cli;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.Flagstat;
import dev.bams3.format.Flagstat.Category;
import dev.bams3.format.ReadsTotals;
import dev.bams3.genome.Reference;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The counts of a dataset as JSON. */
final class StatsJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private StatsJson() {}

    static String text(OpenDataset dataset) {
        DatasetMetadata metadata = dataset.metadata();
        ObjectNode root = JSON.createObjectNode();
        root.put("uuid", metadata.uuid().toString());
        root.put("created", metadata.created().toString());
        root.put("source", metadata.source().uri());
        root.put("records", metadata.digest().records());
        root.put("digest", metadata.digest().hex());
        root.put("chunks", metadata.chunks().count());
        root.put("bytes", metadata.storedBytes());
        ObjectNode flagstat = root.putObject("flagstat");
        for (Category category : Category.values()) {
            Flagstat counts = metadata.flagstat();
            flagstat.putObject(category.key())
                    .put("passed", counts.passed(category))
                    .put("failed", counts.failed(category));
        }
        ArrayNode references = root.putArray("references");
        List<Reference> all = dataset.references().references();
        List<ReadsTotals> totals = dataset.totals();
        for (int i = 0; i < all.size(); i++) {
            ObjectNode reference = references.addObject();
            reference.put("name", all.get(i).name());
            reference.put("length", all.get(i).length());
            put(reference, totals.get(i));
        }
        put(root.putObject("unplaced"), metadata.unplaced());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void put(ObjectNode node, ReadsTotals reads) {
        node.put("mapped", reads.mapped());
        node.put("unmapped", reads.unmapped());
        node.put("bases", reads.bases());
    }
}
