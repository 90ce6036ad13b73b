package dev.bams3.sam;

/**
 * The definition of depth: a position of a reference is as deep as there are reads with a base aligned to it. That is what
 * {@code samtools depth} counts unless it is asked for something else: operations M, = and X of the CIGAR, of records without
 * the flags UNMAPPED, SECONDARY, QC_FAIL and DUPLICATE, whatever their qualities. Supplementary records count, and where
 * mates overlap both do.
 */
public final class AlignedRuns {
    private static final int NOT_COUNTED =
            SamFlags.UNMAPPED | SamFlags.SECONDARY | SamFlags.QC_FAIL | SamFlags.DUPLICATE;

    /** Bit n is set when CIGAR operation n (MIDNSHP=X) consumes the reference: M, D, N, =, X. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    /** Of these, those with a base of the read: M, =, X. */
    private static final int ALIGNS = 0b1_1000_0001;

    private AlignedRuns() {}

    /** Takes a run of positions, each with an aligned base; never empty. */
    @FunctionalInterface
    public interface Taker {
        void run(int from, int to);
    }

    /**
     * Gives the runs of a record in ascending order, none of which touches the next; none of a record that does not count.
     *
     * @param records sound ones
     * @param record offset of the record, which has a reference
     * @param end position on the reference at which runs are cut off, such as its length
     */
    public static void of(byte[] records, int record, int end, Taker taker) {
        long position = BamRecord.start(records, record);
        if ((BamRecord.flags(records, record) & NOT_COUNTED) != 0 || position < 0) {
            return;
        }
        int tag = BamRecord.cigarTag(records, record);
        int operations = tag < 0 ? BamRecord.cigarLength(records, record) : SamTags.elementCount(records, tag);
        int cigar = tag < 0 ? BamRecord.cigarOffset(records, record) : tag + SamTags.ARRAY;
        long from = position;
        long to = position;
        for (int i = 0; i < operations && position < end; i++) {
            int operation = BamRecord.int32(records, cigar + 4 * i);
            if ((CONSUMES_REFERENCE >>> (operation & 0xF) & 1) == 0) {
                continue;
            }
            long next = position + (operation >>> 4);
            if ((ALIGNS >>> (operation & 0xF) & 1) != 0) {
                if (position > to) {
                    give(from, to, end, taker);
                    from = position;
                }
                to = next;
            }
            position = next;
        }
        give(from, to, end, taker);
    }

    private static void give(long from, long to, int end, Taker taker) {
        long last = Math.min(to, end);
        if (from < last) {
            taker.run((int) from, (int) last);
        }
    }
}
