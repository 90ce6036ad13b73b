package dev.bams3.source;

import java.util.Locale;

/** Deviations of real files that are converted unchanged; counted, and shown with an example. */
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
    SEQUENCE_LETTER,
    /** A dataset of version 0.x: RNEXT, PNEXT and TLEN were not stored. */
    LOST_MATES,
    /** A dataset of version 0.1: optional fields were not stored. */
    LOST_TAGS,
    /** A dataset of version 0.x: the types of optional fields were not stored. */
    LOST_TAG_TYPES,
    /** A dataset of version 0.2 from SAM text: CIGARs were not stored. */
    LOST_CIGARS,
    /** A dataset of version 0.2: bases other than A, C, G, T and N were not stored. */
    LOST_BASES,
    /** A dataset of version 0.1: positions of unmapped reads were not stored. */
    LOST_PLACES,
    /** A dataset of version 0.x: fields of header lines were not stored. */
    LOST_HEADER_LINES,
    /** A dataset of version 0.x: chunks stood in its manifest several times. */
    REPEATED_CHUNKS;

    /** Returns the kind of this name. */
    static WarningKind of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Name in metadata and answers, as {@code past-reference-end}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
