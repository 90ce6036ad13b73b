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
    int[] reference = new int[0];
    int[] start = new int[0];
    /**
     * Start in the block's own coordinates, in which each reference begins behind the furthest alignment end on the one before; the
     * start itself where all records have one reference.
     */
    int[] place = new int[0];
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

    /** Place of position 0 of the reference of the record measured last. */
    private long origin;

    /** Furthest alignment end on that reference so far. */
    private int furthest;

    void begin(int records) {
        this.records = records;
        origin = 0;
        furthest = 0;
        if (start.length < records) {
            int capacity = Math.max(records, (int) Math.min(Integer.MAX_VALUE - 16, records * 5L / 4));
            reference = new int[capacity];
            start = new int[capacity];
            place = new int[capacity];
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
        return 37L * start.length + 4L * operations.length;
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

    /**
     * Sets {@link #end}, {@link #place} and {@link #aligned} of a record whose other columns are set. Records are measured in file
     * order.
     */
    void measure(int record) {
        long span = 0;
        long query = 0;
        for (int i = cigarAt[record]; i < cigarAt[record + 1]; i++) {
            int operation = operations[i];
            int length = operation >>> 4;
            span += consumesReference(operation) ? length : 0;
            query += consumesQuery(operation) ? length : 0;
        }
        long covered = (flags[record] & 0x4) != 0 ? 0 : span;
        end[record] = (int) Math.min(Integer.MAX_VALUE, start[record] + Math.max(1, covered));
        if (record > 0 && reference[record] != reference[record - 1]) {
            origin += furthest;
            furthest = 0;
        }
        furthest = Math.max(furthest, end[record]);
        place[record] = (int) Math.min(Integer.MAX_VALUE, origin + start[record]);
        aligned[record] = query == sequenceLength[record]
                && query > 0
                && start[record] >= 0
                && origin + start[record] + span <= Integer.MAX_VALUE;
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
        if (mate[record] >= 0) {
            return reference[mate[record]];
        }
        return (flags[record] & 1) == 0 ? -1 : reference[record];
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
        if ((flag & 0x1) == 0 || (flag & 0xC) != 0 || mateReference != reference[record]) {
            return 0;
        }
        int own = (flag & 0x10) != 0 ? end[record] : start[record];
        int other;
        int m = mate[record];
        if (m >= 0 && reference[m] == reference[record]) {
            other = (flags[m] & 0x10) != 0 ? end[m] : start[m];
        } else {
            other = (flag & 0x20) != 0 ? matePosition + (end[record] - start[record]) : matePosition;
        }
        return other - own;
    }
}
