package dev.bams3.source.cram;

import java.util.Arrays;

/** How the context of a score follows from the scores before it (CRAMcodecs § 6.1). */
final class FqzcompParameters {
    private static final int DUPLICATES = 0x02;
    private static final int FIXED_LENGTH = 0x04;
    private static final int SELECTED = 0x08;
    private static final int SCORE_MAP = 0x10;
    private static final int POSITION_TABLE = 0x20;
    private static final int CHANGE_TABLE = 0x40;
    private static final int SCORE_TABLE = 0x80;

    private static final int BYTE_VALUES = 256;
    private static final int POSITIONS = 1024;
    private static final int MAX_RUNS = 1024;
    private static final int CONTEXT_MASK = 0xFFFF;

    private final int start;
    private final int flags;
    private final int mostSymbol;
    private final int scoreMask;
    private final int scoreShift;
    private final int scoreAt;
    private final int selectorAt;
    private final int positionAt;
    private final int changesAt;
    private final byte[] scores = new byte[BYTE_VALUES];
    private final int[] scoreTable;
    private final int[] positionTable;
    private final int[] changeTable;

    // Of the read that is being decoded.
    private int before;
    private int changes;
    private int last;

    FqzcompParameters(CramCursor in) {
        start = in.unsignedByte() | in.unsignedByte() << 8;
        flags = in.unsignedByte();
        mostSymbol = in.unsignedByte();
        int bits = in.unsignedByte();
        scoreMask = (1 << (bits >> 4)) - 1;
        scoreShift = bits & 0xF;
        int places = in.unsignedByte();
        scoreAt = places >> 4;
        selectorAt = places & 0xF;
        places = in.unsignedByte();
        positionAt = places >> 4;
        changesAt = places & 0xF;
        if ((flags & SCORE_MAP) != 0) {
            Arrays.fill(scores, (byte) -1);
            System.arraycopy(in.bytes(mostSymbol), 0, scores, 0, mostSymbol);
        } else {
            for (int i = 0; i < BYTE_VALUES; i++) {
                scores[i] = (byte) i;
            }
        }
        // htslib leaves the table out where no score before counts.
        scoreTable = scoreMask != 0 && (flags & SCORE_TABLE) != 0 ? readTable(in, BYTE_VALUES) : identity();
        positionTable = (flags & POSITION_TABLE) != 0 ? readTable(in, POSITIONS) : new int[POSITIONS];
        changeTable = (flags & CHANGE_TABLE) != 0 ? readTable(in, BYTE_VALUES) : new int[BYTE_VALUES];
    }

    private static int[] identity() {
        int[] table = new int[BYTE_VALUES];
        Arrays.setAll(table, i -> i);
        return table;
    }

    /** Reads a table of ascending values: how often each value stands in it, where equal numbers are runs again. */
    static int[] readTable(CramCursor in, int size) {
        int[] runs = new int[MAX_RUNS];
        int count = 0;
        int last = -1;
        for (int sum = 0; sum < size; ) {
            int run = in.unsignedByte();
            int copies = 1 + (run == last ? in.unsignedByte() : 0);
            if (copies >= MAX_RUNS - count) {
                throw in.place().corrupt("a table of its scores has more than " + MAX_RUNS + " runs");
            }
            Arrays.fill(runs, count, count + copies, run);
            count += copies;
            sum += run * copies;
            last = run;
        }
        int[] table = new int[size];
        int next = 0;
        int at = 0;
        for (int value = 0; at < size; value++) {
            int part;
            int length = 0;
            do {
                if (next == count) {
                    throw in.place().corrupt("a table of its scores ends early");
                }
                part = runs[next++];
                length += part;
            } while (part == 0xFF);
            int end = Math.min(size, at + length);
            Arrays.fill(table, at, end, value);
            at = end;
        }
        return table;
    }

    int mostSymbol() {
        return mostSymbol;
    }

    /** Whether a selector stands before each read. */
    boolean isSelected() {
        return (flags & SELECTED) != 0;
    }

    boolean hasFixedLength() {
        return (flags & FIXED_LENGTH) != 0;
    }

    /** Whether each read says whether it has the scores of the read before. */
    boolean hasDuplicates() {
        return (flags & DUPLICATES) != 0;
    }

    byte score(int symbol) {
        return scores[symbol];
    }

    /** Begins a read, and returns the context of its first score. */
    int begin() {
        before = 0;
        changes = 0;
        last = 0;
        return start;
    }

    /**
     * Returns the context of the next score.
     *
     * @param symbol of this score
     * @param left scores of the read, this one included
     */
    int next(int symbol, int left, int selector) {
        before = (before << scoreShift) + scoreTable[symbol];
        int context = ((before & scoreMask) << scoreAt)
                + (positionTable[Math.min(POSITIONS - 1, left)] << positionAt)
                + (changeTable[Math.min(BYTE_VALUES - 1, changes)] << changesAt);
        if (isSelected()) {
            context += selector << selectorAt;
        }
        changes += symbol == last ? 0 : 1;
        last = symbol;
        return context & CONTEXT_MASK;
    }
}
