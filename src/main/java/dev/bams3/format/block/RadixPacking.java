package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.format.Words;
import java.util.Arrays;

/**
 * Symbols of a small alphabet as digits of a number: 8 to a byte for 2 symbols, 5 for 3, 4 for 4, 3 for 5 and 6, 2 for 7 to
 * 16. The first symbol is the least significant digit. Layout: the number of symbols (u8), the symbols ascending, the
 * packed bytes, the last filled up with zeros; an alphabet of one symbol has no packed bytes.
 */
final class RadixPacking {
    static final int MAX_ALPHABET = 16;

    /** An alphabet up to here is packed by comparisons with its symbols, a larger one by a table. */
    private static final int MAX_COMPARED = 4;

    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    private static final int[] PER_BYTE = {0, 0, 8, 5, 4, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

    private final byte[] rank = new byte[256];
    private final boolean[] seen = new boolean[256];
    /** What added to a byte sets its top bit when it is the second symbol of the alphabet, or third, or fourth, or above. */
    private final long[] reached = new long[MAX_COMPARED - 1];
    /** Unpacked symbols of every byte, the first in the lowest, for the alphabet at hand. */
    private final long[] table = new long[256];

    /** Packs into {@code out}, or returns false and writes nothing where there are more than 16 symbols. */
    boolean pack(byte[] values, int length, ByteSink out) {
        Arrays.fill(seen, false);
        findSymbols(values, length);
        int alphabet = 0;
        for (boolean present : seen) {
            alphabet += present ? 1 : 0;
        }
        if (alphabet > MAX_ALPHABET || alphabet == 0) {
            return false;
        }
        out.u8(alphabet);
        for (int symbol = 0, next = 0; symbol < 256; symbol++) {
            if (seen[symbol]) {
                out.u8(symbol);
                rank[symbol] = (byte) next++;
            }
        }
        if (alphabet > 1) {
            int perByte = PER_BYTE[alphabet];
            int packed = packedLength(length, perByte);
            out.room(packed);
            packDigits(values, length, alphabet, perByte, out.array(), out.size());
            out.skip(packed);
        }
        return true;
    }

    /** Notes the values that are there. A word like the one before it, as most are of binned qualities, has none that is new. */
    private void findSymbols(byte[] values, int length) {
        boolean[] seen = this.seen;
        int whole = length & -Long.BYTES;
        long before = 0;
        for (int i = 0; i < whole; i += Long.BYTES) {
            long word = Words.int64(values, i);
            if (word != before || i == 0) {
                before = word;
                for (int k = 0; k < Long.BYTES; k++, word >>>= 8) {
                    seen[(int) word & 0xFF] = true;
                }
            }
        }
        for (int i = whole; i < length; i++) {
            seen[values[i] & 0xFF] = true;
        }
    }

    private void packDigits(byte[] values, int length, int alphabet, int perByte, byte[] target, int targetAt) {
        int whole = alphabet <= MAX_COMPARED ? packWords(values, length, alphabet, perByte, target, targetAt) : 0;
        int at = targetAt + whole;
        byte[] rank = this.rank;
        for (int i = whole * perByte; i < length; i += perByte) {
            int value = 0;
            for (int k = Math.min(perByte, length - i) - 1; k >= 0; k--) {
                value = value * alphabet + rank[values[i + k] & 0xFF];
            }
            target[at++] = (byte) value;
        }
    }

    /**
     * Packs eight values at a time, as the bytes of a word: the rank of a symbol is how many of the symbols behind the first
     * it reaches. None where a symbol is above 127, which has no bit left for the comparison.
     *
     * @return how many bytes were packed; the last values are left
     */
    private int packWords(byte[] values, int length, int alphabet, int perByte, byte[] target, int targetAt) {
        int found = 0;
        Arrays.fill(reached, 0);
        for (int symbol = 0; symbol < 256; symbol++) {
            if (seen[symbol]) {
                if (symbol > 127) {
                    return 0;
                }
                if (found > 0) {
                    reached[found - 1] = (0x80L - symbol) * EACH_BYTE;
                }
                found++;
            }
        }
        long second = reached[0];
        long third = reached[1];
        long fourth = reached[2];
        // The byte of the product at the place of the last digit is the sum of all digits, each times its weight.
        long weights = 0;
        long weight = 1;
        for (int i = 0; i < perByte; i++, weight *= alphabet) {
            weights = weights << 8 | weight;
        }
        int at = targetAt;
        if (perByte == 4) {
            int lower = (int) weights;
            for (int i = 0; i + 8 <= length; i += 8) {
                long ranks = ranks(Words.int64(values, i), second, third, fourth);
                target[at++] = (byte) ((int) ranks * lower >>> 24);
                target[at++] = (byte) ((int) (ranks >>> 32) * lower >>> 24);
            }
        } else {
            int last = 8 * (perByte - 1);
            for (int i = 0; i + 8 <= length; i += perByte) {
                target[at++] = (byte) (ranks(Words.int64(values, i), second, third, fourth) * weights >>> last);
            }
        }
        return at - targetAt;
    }

    private static long ranks(long word, long second, long third, long fourth) {
        // No sum exceeds a byte: its top bit says whether the symbol was reached.
        return (word + second >>> 7 & EACH_BYTE) + (word + third >>> 7 & EACH_BYTE) + (word + fourth >>> 7 & EACH_BYTE);
    }

    /** Unpacks {@code count} symbols to the front of {@code target}, which has room for 8 more. */
    void unpack(StreamCursor in, int count, byte[] target) {
        int alphabet = in.u8();
        if (alphabet < 1 || alphabet > MAX_ALPHABET) {
            throw in.malformed("an alphabet of " + alphabet + " symbols");
        }
        int symbols = in.take(alphabet);
        if (alphabet == 1) {
            Arrays.fill(target, 0, count, in.data[symbols]);
            return;
        }
        int perByte = PER_BYTE[alphabet];
        int packed = in.take(packedLength(count, perByte));
        fillTable(in.data, symbols, alphabet);
        byte[] data = in.data;
        long[] table = this.table;
        // The symbols of the next byte overwrite what is too much.
        for (int at = 0, i = packed; at < count; at += perByte, i++) {
            Words.int64(target, at, table[data[i] & 0xFF]);
        }
    }

    private void fillTable(byte[] data, int symbols, int alphabet) {
        table[0] = (data[symbols] & 0xFFL) * 0x0101_0101_0101_0101L;
        int digit = 0;
        int higherDigits = 0;
        for (int value = 1; value < 256; value++) {
            if (++digit == alphabet) {
                digit = 0;
                higherDigits++;
            }
            table[value] = table[higherDigits] << 8 | data[symbols + digit] & 0xFF;
        }
    }

    private static int packedLength(int count, int perByte) {
        return (int) ((count + (long) perByte - 1) / perByte);
    }
}
