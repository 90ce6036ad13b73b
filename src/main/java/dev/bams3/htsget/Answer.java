package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.Optional;

/**
 * The form in which a request is answered. One address serves both tickets and records: every client of htsget gets its
 * ticket, whatever it accepts, and records flow only to those who name them.
 */
public sealed interface Answer {
    /**
     * A ticket.
     *
     * @param version of htsget, for the content type: the one the client named, else the newest
     */
    record OfTicket(String version) implements Answer {}

    /** The records themselves. */
    record OfRecords(HtsgetFormat format) implements Answer {}

    /**
     * The form of the answer of `/reads/{id}`. In this order: an htsget type in {@code Accept} is a ticket; another
     * {@code format} than BAM is records; a preferred record type in {@code Accept} is records, in {@code format} if that is
     * given; all else is a ticket, `*&#47;*`, `application/json`, and types unknown here among it.
     *
     * @param accept values of the {@code Accept} header; empty where there is none
     * @throws ReadsException UNSUPPORTED_FORMAT for a ticket of another format than BAM
     */
    static Answer ofReads(Optional<HtsgetFormat> format, List<String> accept) {
        Accept accepted = Accept.parse(accept);
        boolean ticketFormat = format.orElse(HtsgetFormat.BAM) == HtsgetFormat.BAM;
        if (accepted.ticketVersion().isPresent()) {
            if (!ticketFormat) {
                throw ReadsException.of(
                        ErrorKind.UNSUPPORTED_FORMAT,
                        "format: tickets are for BAM; to stream " + format.get()
                                + ", leave the htsget type out of Accept or use /stream/reads");
            }
            return new OfTicket(accepted.ticketVersion().get());
        }
        if (!ticketFormat) {
            return new OfRecords(format.get());
        }
        return accepted.preferred()
                .filter(type -> !type.equals("application/json"))
                .flatMap(Answer::recordType)
                .<Answer>map(type -> new OfRecords(format.orElse(type)))
                .orElse(new OfTicket(Ticket.VERSION));
    }

    /** The form of the answer of `/stream/reads/{id}`: {@code format}, else the preferred type of {@code Accept}, else BAM. */
    static HtsgetFormat ofStream(Optional<HtsgetFormat> format, List<String> accept) {
        return format.or(() -> Accept.parse(accept).preferred().flatMap(Answer::recordType))
                .orElse(HtsgetFormat.BAM);
    }

    private static Optional<HtsgetFormat> recordType(String mediaType) {
        return switch (mediaType) {
            case "application/vnd.ga4gh.bam", "application/octet-stream" -> Optional.of(HtsgetFormat.BAM);
            case "application/vnd.ga4gh.sam", "text/x-sam" -> Optional.of(HtsgetFormat.SAM);
            case "application/x-ndjson", "application/jsonl" -> Optional.of(HtsgetFormat.NDJSON);
            case "text/tab-separated-values" -> Optional.of(HtsgetFormat.TSV);
            case "application/vnd.apache.arrow.stream" -> Optional.of(HtsgetFormat.ARROW);
            case "application/json" -> Optional.of(HtsgetFormat.JSON);
            default -> Optional.empty();
        };
    }
}
