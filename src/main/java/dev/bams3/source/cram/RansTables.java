package dev.bams3.source.cram;

import java.util.Arrays;

/**
 * Decoding tables of rANS (CRAMcodecs § 2 and 3): for each context as many slots as its frequencies add up to. A slot is one
 * number: the frequency of its symbol less one, the distance from the symbol's first slot, and the symbol. The arrays are used
 * again by the next stream. One thread.
 */
final class RansTables {
    static final int SYMBOLS = 256;
    static final int FREQUENCY_SHIFT = 20;
    static final int DISTANCE_SHIFT = 8;
    static final int DISTANCE_MASK = 0xFFF;

    /** The most slots of a context: frequency and distance have 12 bits each. */
    static final int MAX_BITS = 12;

    /** Bytes that the tables of all contexts may have. */
    static final long MAX_BYTES = (long) Integer.BYTES * SYMBOLS << MAX_BITS;

    /** Offset of a context that has no table: each of its slots lies out of the array's bounds. */
    private static final int NONE = Integer.MIN_VALUE;

    private final int[] offsets = new int[SYMBOLS];
    private int[] slots = new int[1 << MAX_BITS];
    private int used;
    private int bits;

    /** @param newBits of the sum of the frequencies of each context */
    void reset(int newBits) {
        bits = newBits;
        used = 0;
        Arrays.fill(offsets, NONE);
    }

    /**
     * Adds the table of a context, whose frequencies must add up to 2^bits.
     *
     * @param oneLess whether they may also add up to one less, as encoders of rANS 4x8 have them
     */
    void add(int context, int[] frequencies, boolean oneLess, Place place) {
        long sum = 0;
        for (int frequency : frequencies) {
            sum += frequency;
        }
        int size = 1 << bits;
        if (sum != size && !(oneLess && sum == size - 1)) {
            throw place.corrupt("the frequencies of a rANS table add up to " + sum + ", not to " + size);
        }
        if (used + size > slots.length) {
            slots = Arrays.copyOf(slots, 2 * slots.length);
        }
        offsets[context] = used;
        int at = used;
        int last = 0;
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            int frequency = frequencies[symbol];
            int slot = frequency - 1 << FREQUENCY_SHIFT | symbol;
            for (int i = 0; i < frequency; i++) {
                slots[at + i] = slot + (i << DISTANCE_SHIFT);
            }
            at += frequency;
            last = frequency > 0 ? slot + (frequency << DISTANCE_SHIFT) : last;
        }
        used += size;
        if (at < used) {
            // No encoder uses this slot; htslib gives it to the last symbol.
            slots[at] = last;
        }
    }

    /** The slots of all contexts. */
    int[] slots() {
        return slots;
    }

    /** Where the slots of each context begin; of a context without a table a number that is no index of a slot. */
    int[] offsets() {
        return offsets;
    }
}
