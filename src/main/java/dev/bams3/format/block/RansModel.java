package dev.bams3.format.block;

import java.util.Arrays;

/**
 * Frequencies of the symbols of a stream in each context, brought to sums that are powers of two; how many bits the tables
 * and the symbols take with them, and the codes that a state is advanced with. Scratch, reused from stream to stream.
 */
final class RansModel {
    /** Binary logarithms of frequencies. */
    private static final double[] LOG2 = new double[Rans.TOTAL + 1];

    static {
        for (int i = 1; i <= Rans.TOTAL; i++) {
            LOG2[i] = Math.log(i) / Math.log(2);
        }
    }

    private int symbols;
    private int contexts;
    /** Binary digits of the sum of each context's frequencies. */
    private final int[] digits = new int[Rans.MAX_SYMBOLS];
    /** Not scaled. */
    private int[] frequencies = new int[0];

    private int[] codes = new int[0];
    private double tableBits;
    private double symbolBits;

    /**
     * Makes the frequencies.
     *
     * @param counts for each context, how often each symbol stands in it
     */
    void fit(int[] counts, int newContexts, int newSymbols) {
        contexts = newContexts;
        symbols = newSymbols;
        int size = contexts * symbols;
        if (frequencies.length < size) {
            frequencies = new int[size];
        }
        Arrays.fill(frequencies, 0, size, 0);
        tableBits = 0;
        symbolBits = 0;
        for (int context = 0; context < contexts; context++) {
            int from = context * symbols;
            long total = 0;
            int distinct = 0;
            for (int i = from; i < from + symbols; i++) {
                total += counts[i];
                distinct += counts[i] > 0 ? 1 : 0;
            }
            digits[context] = digits(total, distinct);
            if (distinct == 0) {
                // Nothing is coded in it; its table is as short as one can be.
                frequencies[from] = 1;
            } else {
                normalize(counts, from, total, 1 << digits[context]);
            }
            addCost(counts, from, digits[context]);
        }
    }

    /** The more symbols a context has, the more exact frequencies pay for their bits. */
    private static int digits(long total, int distinct) {
        int wanted = (64 - Long.numberOfLeadingZeros(total)) * 2 / 3 + 1;
        int needed = 32 - Integer.numberOfLeadingZeros(Math.max(1, distinct) - 1);
        return total == 0 ? 0 : Math.max(needed, Math.min(Rans.BITS, wanted));
    }

    private void normalize(int[] counts, int from, long total, int sum) {
        int left = sum;
        int largest = from;
        for (int i = from; i < from + symbols; i++) {
            if (counts[i] > 0) {
                int frequency = (int) Math.max(1, (counts[i] * (long) sum + total / 2) / total);
                frequencies[i] = frequency;
                left -= frequency;
                largest = frequency > frequencies[largest] ? i : largest;
            }
        }
        while (left < 0) {
            int less = Math.min(-left, (frequencies[largest] + 1) / 2);
            frequencies[largest] -= less;
            left += less;
            for (int i = from; i < from + symbols; i++) {
                largest = frequencies[i] > frequencies[largest] ? i : largest;
            }
        }
        frequencies[largest] += left;
    }

    private void addCost(int[] counts, int from, int sumDigits) {
        double symbolsOfContext = 0;
        int tableOfContext = 4;
        int left = 1 << sumDigits;
        for (int i = from; i < from + symbols; i++) {
            int frequency = frequencies[i];
            symbolsOfContext += counts[i] * (sumDigits - LOG2[frequency]);
            tableOfContext += left > 0 ? 63 - 2 * Integer.numberOfLeadingZeros(frequency + 1) : 0;
            left -= frequency;
        }
        symbolBits += symbolsOfContext;
        tableBits += tableOfContext;
    }

    /** Bits of the tables of all contexts. */
    double tableBits() {
        return tableBits;
    }

    /** Bits that the symbols take with these frequencies. */
    double symbolBits() {
        return symbolBits;
    }

    int contexts() {
        return contexts;
    }

    int symbols() {
        return symbols;
    }

    int digits(int context) {
        return digits[context];
    }

    /** The frequency as it stands in the table. */
    int frequency(int context, int symbol) {
        return frequencies[context * symbols + symbol];
    }

    /**
     * Returns, for each symbol of each context, its frequency among {@link Rans#TOTAL} in the lower half, and above it what is
     * added to a state: the sum of the frequencies before, and what the quotient by 1 needs besides.
     */
    int[] codes() {
        int size = contexts * symbols;
        if (codes.length < size) {
            codes = new int[size];
        }
        for (int context = 0; context < contexts; context++) {
            int scale = Rans.BITS - digits[context];
            int start = 0;
            for (int i = context * symbols; i < (context + 1) * symbols; i++) {
                int frequency = frequencies[i] << scale;
                codes[i] = start + (frequency == 1 ? Rans.TOTAL - 1 : 0) << 16 | frequency;
                start += frequency;
            }
        }
        return codes;
    }
}
