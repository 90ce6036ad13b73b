package dev.bams3.format.block;

/** What encoder and decoder of codec 2 have in common; {@code docs/format.md}, section 7, defines it. */
final class Rans {
    /** Binary digits of {@link #TOTAL}. */
    static final int BITS = 10;

    /** Sum of the frequencies of a context. */
    static final int TOTAL = 1 << BITS;

    /** Least value of a state between two steps; with it a state begins to encode, and ends to decode. */
    static final long LEAST = 1L << 31;

    /** Symbols of one state in one step, after which it takes a word of 32 bits where it is below {@link #LEAST}. */
    static final int STEP = 3;

    static final int MAX_STATES = 256;

    /** The number of states is a multiple of this, and stored divided by it: the decoder has so many at work at a time. */
    static final int STATES_UNIT = 4;

    static final int MAX_SYMBOLS = 256;

    private Rans() {}

    /** Symbols of each state in a stream of {@code length} bytes; those that are left over are stored as they are. */
    static int part(int length, int states) {
        return length / (STEP * states) * STEP;
    }
}
