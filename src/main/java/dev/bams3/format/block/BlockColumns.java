package dev.bams3.format.block;

/**
 * What the columns of a block depend on of each other, one element for each record; the same in encoder and decoder.
 * Scratch, reused from block to block.
 */
final class BlockColumns {
    static final int PAIRED_PRIMARY_MASK = 0x901;
    static final int PAIRED_PRIMARY = 0x1;

    /** How far back along the records of one name a mate is looked for. */
    private static final int MAX_NAME_STEPS = 4;

    /** Bit n is set when CIGAR operation n (MIDNSHP=X) consumes bases of the read: M, I, S, =, X. */
    private static final int CONSUMES_QUERY = 0b1_1001_0011;

    /** Bit n is set when CIGAR operation n consumes the reference: M, D, N, =, X. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    int records;
    int reference;
    int[] start = new int[0];
    /** Alignment end as {@link dev.bams3.sam.BamRecord#alignmentEnd} defines it. */
    int[] end = new int[0];

    int[] flags = new int[0];
    int[] sequenceLength = new int[0];
    /** Index in {@link #operations} of the first CIGAR operation; one more element than records. */
    int[] cigarAt = new int[1];
    /** Whether the CIGAR says of every base where it lies, so that it can be compared with a consensus. */
    boolean[] aligned = new boolean[0];
    /** How many records back the same name was last seen; 0 where it is new. */
    int[] nameLink = new int[0];
    /** The record of the same template that this one is paired with, -1 without. */
    int[] mate = new int[0];

    int[] operations = new int[0];

    void begin(int records, int reference) {
        this.records = records;
        this.reference = reference;
        if (start.length < records) {
            int capacity = Math.max(records, (int) Math.min(Integer.MAX_VALUE - 16, records * 5L / 4));
            start = new int[capacity];
            end = new int[capacity];
            flags = new int[capacity];
            sequenceLength = new int[capacity];
            cigarAt = new int[capacity + 1];
            aligned = new boolean[capacity];
            nameLink = new int[capacity];
            mate = new int[capacity];
        }
    }

    long heldBytes() {
        return 29L * start.length + 4L * operations.length;
    }

    static boolean consumesQuery(int operation) {
        return (CONSUMES_QUERY >>> (operation & 0xF) & 1) != 0;
    }

    static boolean consumesReference(int operation) {
        return (CONSUMES_REFERENCE >>> (operation & 0xF) & 1) != 0;
    }

    /** M, = and X: a base of the read on a base of the reference. */
    static boolean isMatch(int operation) {
        return consumesQuery(operation) && consumesReference(operation);
    }

    /** Sets {@link #end} and {@link #aligned} of a record whose other columns are set. */
    void measure(int record) {
        long span = 0;
        long query = 0;
        for (int i = cigarAt[record]; i < cigarAt[record + 1]; i++) {
            int operation = operations[i];
            int length = operation >>> 4;
            span += consumesReference(operation) ? length : 0;
            query += consumesQuery(operation) ? length : 0;
        }
        long covered = (flags[record] & 0x4) != 0 ? 0 : Math.min(Integer.MAX_VALUE, span);
        end[record] = (int) Math.min(Integer.MAX_VALUE, start[record] + Math.max(1, covered));
        aligned[record] = query == sequenceLength[record]
                && query > 0
                && start[record] >= 0
                && start[record] + span <= Integer.MAX_VALUE;
    }

    /** Finds mates from flags and name links, in file order. */
    void pair() {
        for (int i = 0; i < records; i++) {
            mate[i] = -1;
            if (nameLink[i] != 0 && (flags[i] & PAIRED_PRIMARY_MASK) == PAIRED_PRIMARY) {
                int other = i;
                for (int step = 0; step < MAX_NAME_STEPS && nameLink[other] != 0; step++) {
                    other -= nameLink[other];
                    if ((flags[other] & PAIRED_PRIMARY_MASK) == PAIRED_PRIMARY && mate[other] < 0) {
                        mate[i] = other;
                        mate[other] = i;
                        break;
                    }
                }
            }
        }
    }

    /** Predicted next_refID. */
    int mateReference(int record) {
        return (flags[record] & 1) == 0 ? -1 : reference;
    }

    /** Predicted next_pos. */
    int matePosition(int record) {
        if (mate[record] >= 0) {
            return start[mate[record]];
        }
        return (flags[record] & 1) == 0 ? -1 : start[record];
    }

    /** Predicted tlen, from the mate in the block or from the mate fields of the record itself. */
    int templateLength(int record, int mateReference, int matePosition) {
        int flag = flags[record];
        if ((flag & 0x1) == 0 || (flag & 0xC) != 0 || mateReference != reference) {
            return 0;
        }
        int own = (flag & 0x10) != 0 ? end[record] : start[record];
        int other;
        if (mate[record] >= 0) {
            int m = mate[record];
            other = (flags[m] & 0x10) != 0 ? end[m] : start[m];
        } else {
            other = (flag & 0x20) != 0 ? matePosition + (end[record] - start[record]) : matePosition;
        }
        return other - own;
    }
}
