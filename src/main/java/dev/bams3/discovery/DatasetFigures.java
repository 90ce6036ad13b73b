package dev.bams3.discovery;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * The figures of a dataset that a list shows.
 *
 * @param records reads
 * @param bases of their sequences
 * @param storedBytes of all its objects
 * @param meanDepth bases of placed reads over the length of all references; 0 without references
 * @param samples names of its samples
 */
public record DatasetFigures(long records, long bases, long storedBytes, double meanDepth, List<String> samples) {
    public DatasetFigures {
        samples = List.copyOf(samples);
    }

    /** Reads the figures from the metadata. At most one GET for the references, and none where they are few. */
    public static DatasetFigures of(OpenDataset dataset) {
        DatasetMetadata metadata = dataset.metadata();
        ReferenceDictionary references = dataset.references();
        long length = 0;
        for (int i = 0; i < references.size(); i++) {
            length += references.get(i).length();
        }
        long placed = metadata.bases() - metadata.unplaced().bases();
        return new DatasetFigures(
                metadata.digest().records(),
                metadata.bases(),
                metadata.storedBytes(),
                length == 0 ? 0 : (double) placed / length,
                metadata.samples());
    }

    /** Returns whether a sample, a library or the id of a read group contains a text in lower case. */
    public static boolean mentions(DatasetMetadata metadata, String search) {
        return metadata.readGroups().stream()
                .flatMap(DatasetFigures::names)
                .anyMatch(name -> name.toLowerCase(Locale.ROOT).contains(search));
    }

    private static Stream<String> names(ReadGroup group) {
        return Stream.concat(Stream.of(group.id()), Stream.concat(group.sample().stream(), group.library().stream()));
    }

    void write(JsonGenerator json) {
        json.writeNumberProperty("records", records);
        json.writeNumberProperty("bases", bases);
        json.writeNumberProperty("storedBytes", storedBytes);
        // Four digits that mean something, as an exome over a whole genome needs them.
        json.writeNumberProperty("meanDepth", Double.parseDouble(String.format(Locale.ROOT, "%.4g", meanDepth)));
        json.writeArrayPropertyStart("samples");
        samples.forEach(json::writeString);
        json.writeEndArray();
    }
}
