package dev.bams3.format;

/**
 * Counts of the reads of one reference, or of the unplaced ones.
 *
 * @param mapped records without flag 0x4 (the third column of `samtools idxstats`)
 * @param unmapped records with flag 0x4 (its fourth column)
 * @param bases sum of their SEQ lengths
 * @param rawBytes bytes of their BAM records
 */
public record ReadsTotals(long mapped, long unmapped, long bases, long rawBytes) {
    public static final ReadsTotals NONE = new ReadsTotals(0, 0, 0, 0);

    /** Both together. */
    public ReadsTotals plus(ReadsTotals other) {
        return new ReadsTotals(
                mapped + other.mapped, unmapped + other.unmapped, bases + other.bases, rawBytes + other.rawBytes);
    }

    public long records() {
        return mapped + unmapped;
    }
}
