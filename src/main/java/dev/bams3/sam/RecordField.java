package dev.bams3.sam;

/** The eleven columns of SAM (SAMv1 § 1.4, 2024-11-06), as `fields` of htsget names them. */
public enum RecordField {
    QNAME,
    FLAG,
    RNAME,
    POS,
    MAPQ,
    CIGAR,
    RNEXT,
    PNEXT,
    TLEN,
    SEQ,
    QUAL
}
