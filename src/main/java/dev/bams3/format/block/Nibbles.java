package dev.bams3.format.block;

/** 4-bit bases, two to a byte, the first in the high half. */
final class Nibbles {
    private Nibbles() {}

    static int at(byte[] bytes, int from, int index) {
        return bytes[from + (index >> 1)] >> (~index & 1) * 4 & 0xF;
    }

    static void set(byte[] bytes, int from, int index, int code) {
        int at = from + (index >> 1);
        bytes[at] = (byte) ((index & 1) == 0 ? bytes[at] & 0x0F | code << 4 : bytes[at] & 0xF0 | code);
    }

    /** Copies to a place that is zero so far; half a byte before and behind it is left alone. */
    static void copy(byte[] source, int from, int index, byte[] target, int to, int targetIndex, int count) {
        int i = index;
        int t = targetIndex;
        int left = count;
        if ((t & 1) != 0 && left > 0) {
            target[to + (t >> 1)] |= (byte) at(source, from, i);
            i++;
            t++;
            left--;
        }
        int s = from + (i >> 1);
        int d = to + (t >> 1);
        int bytes = left >> 1;
        if ((i & 1) == 0) {
            System.arraycopy(source, s, target, d, bytes);
        } else {
            int high = source[s] << 4;
            for (int k = 0; k < bytes; k++) {
                int next = source[s + k + 1];
                target[d + k] = (byte) (high | next >> 4 & 0xF);
                high = next << 4;
            }
        }
        if ((left & 1) != 0) {
            target[d + bytes] |= (byte) (at(source, from, i + left - 1) << 4);
        }
    }
}
