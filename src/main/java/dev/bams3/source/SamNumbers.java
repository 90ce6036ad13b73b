package dev.bams3.source;

/**
 * Decimal numbers of SAM text, read as htslib 1.24 reads them: an optional sign, then digits; no digit at all is 0; what
 * follows is left to the caller. One thread.
 *
 * <p>The array has to hold a byte that is no digit at the end of what is parsed.
 */
final class SamNumbers {
    /** Digits that always fit into an int. */
    private static final int FITTING = 9;

    private final byte[] buffer;

    /** Index of the byte after the number that was read last. */
    int at;

    /** Whether a number since this was cleared did not fit and was replaced by the limit. */
    boolean overflow;

    SamNumbers(byte[] buffer) {
        this.buffer = buffer;
    }

    /** Reads a number without a minus sign, of this many bits at most (1 to 62). */
    long unsigned(int from, int bits) {
        int start = buffer[from] == '+' ? from + 1 : from;
        return digits(start, (1L << bits) - 1);
    }

    /** Reads a number of this many bits, its sign's included (2 to 63). */
    long signed(int from, int bits) {
        byte first = buffer[from];
        long limit = (1L << bits - 1) - 1;
        if (first == '-') {
            return -digits(from + 1, limit + 1);
        }
        return digits(first == '+' ? from + 1 : from, limit);
    }

    private long digits(int from, long limit) {
        int i = from;
        int end = from + FITTING;
        int few = 0;
        int digit = buffer[i] - '0';
        while (digit >= 0 && digit <= 9 && i < end) {
            few = few * 10 + digit;
            digit = buffer[++i] - '0';
        }
        if (few > limit) {
            return overflowing(i, limit);
        }
        long value = few;
        while (digit >= 0 && digit <= 9) {
            if (value > (limit - digit) / 10) {
                return overflowing(i, limit);
            }
            value = value * 10 + digit;
            digit = buffer[++i] - '0';
        }
        at = i;
        return value;
    }

    private long overflowing(int from, long limit) {
        int i = from;
        while (buffer[i] >= '0' && buffer[i] <= '9') {
            i++;
        }
        at = i;
        overflow = true;
        return limit;
    }
}
