package dev.bams3.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Several bytes of an array at once, little-endian; every access is checked against the array's bounds. */
public final class Words {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    public static int int32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    public static void int32(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    public static long int64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    public static void int64(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    /** Copies exactly {@code length} bytes; faster than {@code System.arraycopy} for a few dozen. */
    public static void copy(byte[] source, int from, byte[] target, int to, int length) {
        if (length < Long.BYTES) {
            for (int i = 0; i < length; i++) {
                target[to + i] = source[from + i];
            }
            return;
        }
        int last = length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            int64(target, to + i, int64(source, from + i));
        }
        int64(target, to + last, int64(source, from + last));
    }

    /**
     * Copies the text at {@code from} with its NUL, and says where it ends in the target. Writes up to seven bytes more,
     * which have to be written again, where the target has them.
     */
    public static int copyText(byte[] source, int from, byte[] target, int to) {
        int shift = to - from;
        int at = from;
        int lastWord = Math.min(source.length, target.length - shift) - Long.BYTES;
        while (at <= lastWord) {
            long word = int64(source, at);
            int64(target, at + shift, word);
            // The lowest top bit set is that of the first byte that is 0.
            long zeros = word - 0x0101_0101_0101_0101L & ~word & 0x8080_8080_8080_8080L;
            if (zeros != 0) {
                return at + shift + (Long.numberOfTrailingZeros(zeros) >> 3) + 1;
            }
            at += Long.BYTES;
        }
        byte c;
        do {
            c = source[at];
            target[at + shift] = c;
            at++;
        } while (c != 0);
        return at + shift;
    }
}
