package dev.bams3.discovery;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.htsget.Accept;
import dev.bams3.query.Bins;
import dev.bams3.query.DepthSource;
import dev.bams3.sam.ReadSelection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Over which region depth is wanted, how finely, from where and in which form.
 *
 * @param region of one reference; its name is not looked up yet
 * @param bins most stretches to cut it into
 * @param source from where; absent lets the cost decide
 * @param form of the answer
 */
public record CoverageRequest(Region region, int bins, Optional<DepthSource> source, Form form) {
    private static final Set<String> PARAMETERS = Set.of("referenceName", "start", "end", "bins", "source", "format");
    private static final int BINS = 200;
    private static final int MAX_BINS = 10_000;

    /** The form of the answer. */
    public enum Form {
        JSON("application/json"),
        SVG("image/svg+xml");

        private final String mediaType;

        Form(String mediaType) {
            this.mediaType = mediaType;
        }

        public String mediaType() {
            return mediaType;
        }
    }

    /**
     * @param accept values of the {@code Accept} header, which {@code format} overrides
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE or UNSUPPORTED_FORMAT, naming the parameter
     */
    public static CoverageRequest parse(Map<String, List<String>> parameters, List<String> accept) {
        Parameters given = new Parameters(parameters, PARAMETERS);
        if (!(given.selection() instanceof ReadSelection.Regions selection)) {
            throw ReadsException.invalidInput("referenceName", "is missing; depth is of one reference");
        }
        if (selection.regions().isEmpty()) {
            throw ReadsException.invalidInput("referenceName", "unplaced reads (*) have no positions to be deep at");
        }
        return new CoverageRequest(
                selection.regions().getFirst(),
                given.number("bins", BINS, 1, MAX_BINS),
                given.text("source").map(CoverageRequest::source),
                given.text("format").map(CoverageRequest::form).orElseGet(() -> accepted(accept)));
    }

    private static DepthSource source(String text) {
        return Stream.of(DepthSource.values())
                .filter(source -> source.key().equals(text))
                .findFirst()
                .orElseThrow(() -> ReadsException.invalidInput("source", "must be records, summary or index"));
    }

    private static Form form(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "JSON" -> Form.JSON;
            case "SVG" -> Form.SVG;
            default -> throw ReadsException.of(ErrorKind.UNSUPPORTED_FORMAT, "format: depth comes as JSON or SVG");
        };
    }

    private static Form accepted(List<String> accept) {
        return Accept.parse(accept).preferred().equals(Optional.of("image/svg+xml")) ? Form.SVG : Form.JSON;
    }

    /**
     * The index of the region's reference.
     *
     * @throws ReadsException NOT_FOUND (field `referenceName`) for a name that is not in the dictionary
     */
    public int reference(ReferenceDictionary references) {
        return references
                .indexOf(region.referenceName())
                .orElseThrow(() -> ReadsException.notFound(
                        "referenceName", "the dataset has no reference '" + region.referenceName() + "'"));
    }

    /**
     * The region on its reference, cut; without bins where it lies behind the reference's end.
     *
     * @throws ReadsException NOT_FOUND (field `referenceName`) for a name that is not in the dictionary
     */
    public Bins cut(ReferenceDictionary references) {
        return Bins.of(region.clip(references.get(reference(references)).length()), bins);
    }
}
