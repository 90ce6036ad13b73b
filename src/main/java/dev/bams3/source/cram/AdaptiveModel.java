package dev.bams3.source.cram;

/** The frequencies of symbols as they were met, the frequent ones about first (CRAMcodecs § 4.1). */
final class AdaptiveModel {
    private static final int STEP = 16;
    private static final int MOST = (1 << 16) - 17;
    private static final int SYMBOL_BITS = 8;

    /** Frequency and symbol. */
    private final int[] entries;

    private int total;

    /** @param symbols 1 to 256 */
    AdaptiveModel(int symbols) {
        entries = new int[symbols];
        for (int symbol = 0; symbol < symbols; symbol++) {
            entries[symbol] = 1 << SYMBOL_BITS | symbol;
        }
        total = symbols;
    }

    /** Decodes the next symbol and counts it. */
    int next(RangeDecoder in) {
        int wanted = in.frequency(total);
        if (Integer.compareUnsigned(wanted, total) >= 0) {
            throw in.place().corrupt("its arithmetic code is of no symbol");
        }
        int at = 0;
        int before = 0;
        int frequency = entries[0] >>> SYMBOL_BITS;
        while (before + frequency <= wanted) {
            before += frequency;
            frequency = entries[++at] >>> SYMBOL_BITS;
        }
        in.take(before, frequency);
        entries[at] += STEP << SYMBOL_BITS;
        total += STEP;
        if (total > MOST) {
            halve();
        }
        int entry = entries[at];
        if (at > 0 && entry >>> SYMBOL_BITS > entries[at - 1] >>> SYMBOL_BITS) {
            entries[at] = entries[at - 1];
            entries[at - 1] = entry;
        }
        return entry & (1 << SYMBOL_BITS) - 1;
    }

    private void halve() {
        total = 0;
        for (int i = 0; i < entries.length; i++) {
            int frequency = entries[i] >>> SYMBOL_BITS;
            frequency -= frequency >> 1;
            entries[i] = frequency << SYMBOL_BITS | entries[i] & (1 << SYMBOL_BITS) - 1;
            total += frequency;
        }
    }
}
