package dev.bams3.bams3;

/**
 * Symbols of a small alphabet as digits of a number: 8 to a byte for 2 symbols, 5 for 3, 4 for 4, 3 for 5 and 6, 2 for 7 to
 * 16. The first symbol is the least significant digit. Layout: the number of symbols (u8), the symbols ascending, the
 * packed bytes, the last filled up with zeros; an alphabet of one symbol has no packed bytes.
 */
final class RadixPacking {
    static final int MAX_ALPHABET = 16;

    private static final int[] PER_BYTE = {0, 0, 8, 5, 4, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

    private final byte[] rank = new byte[256];
    private final boolean[] seen = new boolean[256];
    /** Unpacked symbols of every byte, the first in the lowest, for the alphabet at hand. */
    private final long[] table = new long[256];

    /** Packs into {@code out}, or returns false and writes nothing where there are more than 16 symbols. */
    boolean pack(byte[] values, int length, ByteSink out) {
        java.util.Arrays.fill(seen, false);
        for (int i = 0; i < length; i++) {
            seen[values[i] & 0xFF] = true;
        }
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

    private void packDigits(byte[] values, int length, int alphabet, int perByte, byte[] target, int targetAt) {
        int at = targetAt;
        int i = 0;
        byte[] rank = this.rank;
        if (perByte == 5) {
            for (; i + 5 <= length; i += 5) {
                int upper = rank[values[i + 4] & 0xFF] * 3 + rank[values[i + 3] & 0xFF];
                upper = upper * 3 + rank[values[i + 2] & 0xFF];
                upper = upper * 3 + rank[values[i + 1] & 0xFF];
                target[at++] = (byte) (upper * 3 + rank[values[i] & 0xFF]);
            }
        } else if (perByte == 4) {
            for (; i + 4 <= length; i += 4) {
                target[at++] = (byte) (rank[values[i] & 0xFF]
                        | rank[values[i + 1] & 0xFF] << 2
                        | rank[values[i + 2] & 0xFF] << 4
                        | rank[values[i + 3] & 0xFF] << 6);
            }
        }
        for (; i < length; i += perByte) {
            int value = 0;
            for (int k = Math.min(perByte, length - i) - 1; k >= 0; k--) {
                value = value * alphabet + rank[values[i + k] & 0xFF];
            }
            target[at++] = (byte) value;
        }
    }

    /** Unpacks {@code count} symbols to the front of {@code target}, which has room for 8 more. */
    void unpack(StreamCursor in, int count, byte[] target) {
        int alphabet = in.u8();
        if (alphabet < 1 || alphabet > MAX_ALPHABET) {
            throw in.malformed("an alphabet of " + alphabet + " symbols");
        }
        int symbols = in.take(alphabet);
        if (alphabet == 1) {
            java.util.Arrays.fill(target, 0, count, in.data[symbols]);
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
