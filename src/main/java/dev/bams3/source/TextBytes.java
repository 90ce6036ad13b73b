package dev.bams3.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds a byte in text, eight compared at a time. */
final class TextBytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private TextBytes() {}

    /** Index of the first such byte, or -1 where there is none before {@code end}. */
    static int find(byte[] buffer, int from, int end, byte value) {
        long pattern = (value & 0xFF) * EACH_BYTE;
        int at = from;
        for (int lastWhole = end - 8; at <= lastWhole; at += 8) {
            long eight = (long) LONG.get(buffer, at) ^ pattern;
            // The lowest set bit marks the first zero byte.
            long zeros = (eight - EACH_BYTE) & ~eight & HIGH_BITS;
            if (zeros != 0) {
                return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; at < end; at++) {
            if (buffer[at] == value) {
                return at;
            }
        }
        return -1;
    }
}
