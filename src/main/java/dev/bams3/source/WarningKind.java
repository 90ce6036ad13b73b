package dev.bams3.source;

import java.util.Locale;

/** What real files have that is not right, and is converted as it is; counted, and shown with an example. */
public enum WarningKind {
    /** A read is placed at or past the end of its reference. */
    PAST_REFERENCE_END,
    /** The alignment of a read begins on its reference and reaches past its end. */
    OVER_REFERENCE_END,
    /** A reference without a position, or a position below 1. */
    POSITION,
    /** A mate's position past the end of its reference or below 1, or one that lacks reference or position. */
    MATE_POSITION,
    /** A read name that ends with more than one NUL, or has one inside; it is shown up to the first. */
    NAME_PADDING,
    /** The FLAG says mapped, but reference, position or CIGAR are missing. */
    MAPPED_WITHOUT_PLACE,
    /** SAM text: a RNAME without POS, which becomes {@code *}, as in samtools. */
    REFERENCE_WITHOUT_POSITION,
    /** SAM text: a RNEXT without PNEXT, which becomes {@code *}, as in samtools. */
    MATE_REFERENCE_WITHOUT_POSITION,
    /** SAM text: a RNAME or RNEXT that the header lacks; such reads become unmapped, if that is permitted. */
    UNKNOWN_REFERENCE,
    /** SAM text: characters behind a value, or in place of a colon, that samtools passes over, too. */
    IGNORED_TEXT,
    /** SAM text: a letter of SEQ that BAM has no code for, and gives back as another. */
    SEQUENCE_LETTER;

    /** Name in metadata and answers, as {@code past-reference-end}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
