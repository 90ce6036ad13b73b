package dev.bams3.discovery;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.htsget.Accept;
import dev.bams3.query.Bins;
import dev.bams3.sam.ReadSelection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Over which region depth is wanted, how finely, from where and in which form.
 *
 * @param region of one reference; its name is not looked up yet
 * @param bins most stretches to cut it into
 * @param source from where; absent lets the cost decide
 * @param form of the answer
 */
public record CoverageRequest(Region region, int bins, Optional<Source> source, Form form) {
    private static final Set<String> PARAMETERS = Set.of("referenceName", "start", "end", "bins", "source", "format");
    private static final int BINS = 200;
    private static final int MAX_BINS = 10_000;

    /** The source of depth. */
    public enum Source {
        /** Every record of the region: exact. */
        RECORDS,
        /** The block index alone: an estimate, at the same cost for any region. */
        INDEX;

        /** Returns its name in requests and answers. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

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

    private static Source source(String text) {
        return switch (text) {
            case "records" -> Source.RECORDS;
            case "index" -> Source.INDEX;
            default -> throw ReadsException.invalidInput("source", "must be records or index");
        };
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
     * The region on its reference, cut; without bins where it lies behind the reference's end.
     *
     * @throws ReadsException NOT_FOUND (field `referenceName`) for a name that is not in the dictionary
     */
    public Bins cut(ReferenceDictionary references) {
        int index = references
                .indexOf(region.referenceName())
                .orElseThrow(() -> ReadsException.notFound(
                        "referenceName", "the dataset has no reference '" + region.referenceName() + "'"));
        return Bins.of(region.clip(references.get(index).length()), bins);
    }
}
