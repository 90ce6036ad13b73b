package dev.bams3.format.block;

/**
 * A consensus as 4-bit BAM codes, packed twice: pairs that begin at even and pairs that begin at odd indices, so that any
 * stretch can be compared with, or copied to, a read byte by byte.
 */
final class ConsensusBases {
    static final int A = 1;

    byte[] even = new byte[0];
    byte[] odd = new byte[0];

    /** BAM codes of four 2-bit bases, the first in the highest bits, as two bytes. */
    private static final short[] UNPACKED = new short[256];

    static {
        for (int i = 0; i < 256; i++) {
            int codes = 0;
            for (int k = 6; k >= 0; k -= 2) {
                codes = codes << 4 | A << (i >> k & 3);
            }
            UNPACKED[i] = (short) codes;
        }
    }

    private void room(int length) {
        if (even.length < length / 2 + 4) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 16, length / 2L * 5 / 4 + 64);
            even = new byte[capacity];
            odd = new byte[capacity];
        }
    }

    /** Unpacks 2-bit bases (A, C, G, T; first in the highest bits of a byte). */
    void unpack(byte[] packed, int from, int length) {
        room(length);
        int bytes = (length + 3) / 4;
        for (int i = 0; i < bytes; i++) {
            int codes = UNPACKED[packed[from + i] & 0xFF];
            even[2 * i] = (byte) (codes >> 8);
            even[2 * i + 1] = (byte) codes;
        }
        even[2 * bytes] = 0;
        for (int i = 0; i < 2 * bytes; i++) {
            odd[i] = (byte) (even[i] << 4 | even[i + 1] >> 4 & 0xF);
        }
    }

    static int packedLength(int length) {
        return (int) ((length + 3L) / 4);
    }

    int code(int index) {
        return even[index >> 1] >> (~index & 1) * 4 & 0xF;
    }
}
