package dev.bams3.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Letters of SEQ as the four-bit codes of BAM, two to a byte; eight at a time where all are A, C, G or T. */
final class SamBases {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final int EIGHT = 8;

    /** A bit of {@link #CODES}: the letter is not the one that a BAM gives back. */
    private static final int OTHER_LETTER = 0x10;

    private static final byte[] CODES = codes();

    private SamBases() {}

    /**
     * Writes the codes of some letters, {@code (length + 1) / 2} bytes.
     *
     * @return whether any letter is not the one that a BAM gives back
     */
    static boolean pack(byte[] text, int from, int length, byte[] target, int offset) {
        int letters = 0;
        int to = offset;
        int i = from;
        int end = from + length;
        for (; i + EIGHT <= end; i += EIGHT) {
            long eight = (long) LONG.get(text, i);
            // Bits 1 and 2 of the letters: A 00, C 01, T 10, G 11.
            long low = eight >>> 1 & EACH;
            long high = eight >>> 2 & EACH;
            long both = low & high;
            long t = high ^ both;
            if (EACH * 'A' + (low << 1) + (high << 2) + t * ('T' - 'A' - 4) == eight) {
                long codes = (low | high) ^ EACH | (low ^ both) << 1 | both << 2 | t << 3;
                long pairs = (codes << 4 | codes >>> 8) & 0x00FF_00FF_00FF_00FFL;
                long fours = (pairs | pairs >>> 8) & 0x0000_FFFF_0000_FFFFL;
                INT.set(target, to, (int) (fours | fours >>> 16));
            } else {
                for (int k = 0; k < EIGHT; k += 2) {
                    letters |= pair(text, i + k, target, to + k / 2);
                }
            }
            to += EIGHT / 2;
        }
        for (; i + 2 <= end; i += 2) {
            letters |= pair(text, i, target, to++);
        }
        if (i < end) {
            int last = CODES[text[i] & 0xFF];
            letters |= last;
            target[to] = (byte) (last << 4);
        }
        return (letters & OTHER_LETTER) != 0;
    }

    private static int pair(byte[] text, int at, byte[] target, int to) {
        int first = CODES[text[at] & 0xFF];
        int second = CODES[text[at + 1] & 0xFF];
        target[to] = (byte) (first << 4 | second & 0xF);
        return first | second;
    }

    private static byte[] codes() {
        byte[] codes = new byte[256];
        Arrays.fill(codes, (byte) (15 | OTHER_LETTER));
        String letters = "=ACMGRSVTWYHKDBN";
        for (int code = 0; code < letters.length(); code++) {
            codes[letters.charAt(code)] = (byte) code;
            codes[Character.toLowerCase(letters.charAt(code))] = (byte) code;
        }
        codes['.'] = 15;
        String others = "Uu0123";
        String meant = "TTACGT";
        for (int i = 0; i < others.length(); i++) {
            codes[others.charAt(i)] = (byte) (letters.indexOf(meant.charAt(i)) | OTHER_LETTER);
        }
        return codes;
    }
}
