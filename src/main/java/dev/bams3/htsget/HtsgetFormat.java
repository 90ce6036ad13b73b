package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Locale;

/** Values of the {@code format} parameter that this service answers. Only BAM comes as a ticket; the others are streamed. */
public enum HtsgetFormat {
    BAM,
    SAM,
    JSON,
    NDJSON,
    TSV,
    ARROW;

    /**
     * Reads a value in any case, because clients and the specification's own example write `bam`.
     *
     * @throws ReadsException UNSUPPORTED_FORMAT for any other value, CRAM and VCF among them
     */
    static HtsgetFormat parse(String field, String value) {
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "BAM" -> BAM;
            case "SAM" -> SAM;
            case "JSON" -> JSON;
            case "NDJSON" -> NDJSON;
            case "TSV" -> TSV;
            case "ARROW" -> ARROW;
            default ->
                throw ReadsException.of(
                        ErrorKind.UNSUPPORTED_FORMAT,
                        field + ": " + Text.quoted(value)
                                + " is not served; ask for BAM (ticket or stream), or SAM, JSON, NDJSON, TSV or ARROW (stream)");
        };
    }
}
