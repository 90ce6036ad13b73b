package dev.bams3.cli;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A dataset and the regions of it that a command is asked for, as arguments or in a BED file. */
@SuppressWarnings("NullAway.Init")
final class DatasetRegions {
    private static final String UNPLACED = "*";

    @Parameters(
            index = "0",
            paramLabel = "<dataset>",
            description =
                    "Id or address of the dataset, or a pattern of ids or cohort:<name> where the command reads several.")
    private String dataset;

    @Parameters(
            index = "1..*",
            paramLabel = "<region>",
            arity = "0..*",
            description = "chr1, chr1:1000, chr1:1,000-2,000 (1-based, inclusive), or '*' for unplaced reads.")
    private List<String> regions = List.of();

    @Option(
            names = {"-L", "--targets-file"},
            paramLabel = "<bed>",
            description = "Take the regions of this BED file (0-based, end exclusive), which may be gzipped; "
                    + "- is standard input.")
    private @Nullable String bed;

    /** The dataset as it was named. */
    String dataset() {
        return dataset;
    }

    /**
     * Returns the regions, without unplaced reads; none where the command line names none.
     *
     * @param input standard input, which the BED file may be
     * @throws ReadsException INVALID_INPUT for unreadable text, NOT_FOUND for a reference that the dataset lacks
     * @throws IOException where the BED file cannot be read
     */
    List<Region> placed(ReferenceDictionary dictionary, InputStream input) throws IOException {
        if (bed == null) {
            return regions.stream()
                    .filter(text -> !text.equals(UNPLACED))
                    .map(text -> checked(Region.parse(text, dictionary), dictionary))
                    .toList();
        }
        if (!regions.isEmpty()) {
            throw ReadsException.invalidInput(
                    "-L", "the regions come from the file or from the command line, not both");
        }
        List<Region> targets = bed.equals(CommandContext.STANDARD)
                ? BedFile.read(input, "standard input")
                : BedFile.read(Path.of(bed));
        for (Region target : targets) {
            checked(target, dictionary);
        }
        return targets;
    }

    /**
     * Returns what to read; everything where the command line names no region.
     *
     * @param input as for {@link #placed}
     * @throws ReadsException as {@link #placed}
     * @throws IOException as {@link #placed}
     */
    ReadSelection selection(ReferenceDictionary dictionary, InputStream input) throws IOException {
        if (bed == null && regions.isEmpty()) {
            return ReadSelection.everything();
        }
        return new ReadSelection.Regions(placed(dictionary, input), regions.contains(UNPLACED));
    }

    private Region checked(Region region, ReferenceDictionary dictionary) {
        if (dictionary.indexOf(region.referenceName()).isEmpty()) {
            throw ReadsException.notFound(
                    "region",
                    dataset + " has no reference '" + region.referenceName() + "'; 'stats " + dataset
                            + "' lists the names");
        }
        return region;
    }
}
