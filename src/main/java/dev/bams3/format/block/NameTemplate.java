package dev.bams3.format.block;

import dev.bams3.format.Malformed;
import dev.bams3.format.Words;

/** What names of one kind have in common, and the gaps for their numbers: literals with a number between any two. */
final class NameTemplate {
    private static final int MAX_DIGITS = 10;
    private static final int WORD_LIMIT = 100_000_000;
    /** Eight times the character 0. */
    private static final long ZEROS = 0x3030_3030_3030_3030L;

    /** Each filled up to whole words. */
    private final byte[][] literals;

    private final int[] lengths;
    private final int capacity;

    private NameTemplate(byte[][] literals, int[] lengths, int capacity) {
        this.literals = literals;
        this.lengths = lengths;
        this.capacity = capacity;
    }

    /** The template that stands in these bytes, each NUL of it being a gap. */
    static NameTemplate of(byte[] data, int from, int length) {
        int gaps = 0;
        for (int i = from; i < from + length; i++) {
            gaps += data[i] == 0 ? 1 : 0;
        }
        byte[][] literals = new byte[gaps + 1][];
        int[] lengths = new int[gaps + 1];
        int start = from;
        for (int k = 0; k <= gaps; k++) {
            int end = start;
            while (end < from + length && data[end] != 0) {
                end++;
            }
            lengths[k] = end - start;
            literals[k] = new byte[(end - start + Long.BYTES) / Long.BYTES * Long.BYTES];
            System.arraycopy(data, start, literals[k], 0, end - start);
            start = end + 1;
        }
        return new NameTemplate(literals, lengths, Math.addExact(length, gaps * MAX_DIGITS + 2 * Long.BYTES));
    }

    int numbers() {
        return literals.length - 1;
    }

    /** Bytes that {@link #fill} may write to, at most. */
    int capacity() {
        return capacity;
    }

    /** Writes the name, with its NUL, of the next number of each column; returns where it ends. */
    int fill(NumberPlanes.Reader[] columns, byte[] target, int to) {
        int at = literal(0, target, to);
        for (int k = 1; k < literals.length; k++) {
            at = number(columns[k - 1].next(), target, at);
            at = literal(k, target, at);
        }
        target[at] = 0;
        return at + 1;
    }

    private int literal(int index, byte[] target, int to) {
        byte[] literal = literals[index];
        int length = lengths[index];
        for (int i = 0; i < length; i += Long.BYTES) {
            Words.int64(target, to + i, Words.int64(literal, i));
        }
        return to + length;
    }

    /** Writes a number in decimal and up to seven bytes more. */
    private static int number(int value, byte[] target, int to) {
        if (value < 0) {
            throw Malformed.of("name number", "is negative");
        }
        if (value < WORD_LIMIT) {
            return shortest(eightDigits(value), target, to);
        }
        int upper = value / WORD_LIMIT;
        int at = shortest(eightDigits(upper), target, to);
        Words.int64(target, at, eightDigits(value - upper * WORD_LIMIT) | ZEROS);
        return at + Long.BYTES;
    }

    /** Eight digits without the zeros that lead, but for the last. */
    private static int shortest(long digits, byte[] target, int to) {
        int leading = Long.numberOfTrailingZeros(digits | 1L << 56) >> 3;
        Words.int64(target, to, (digits | ZEROS) >>> 8 * leading);
        return to + Long.BYTES - leading;
    }

    /**
     * The decimal digits of a number below 10^8, a byte each, the first in the lowest byte. Divides all fields of a word at
     * once, by multiplying with rounded-up reciprocals that are exact for their ranges: 10486/2^20 for 1/100 up to 9999,
     * 103/2^10 for 1/10 up to 99.
     */
    static long eightDigits(int value) {
        int upper = value / 10_000;
        long fours = upper | (long) (value - upper * 10_000) << 32;
        long hundreds = fours * 10_486 >>> 20 & 0x0000_007F_0000_007FL;
        long twos = hundreds | fours - 100 * hundreds << 16;
        long tens = twos * 103 >>> 10 & 0x000F_000F_000F_000FL;
        return tens | twos - 10 * tens << 8;
    }
}
