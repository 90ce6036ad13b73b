package dev.bams3.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A constant text of at most 32 bytes. Held in numbers instead of an array, because the compiler takes the fields of a
 * constant record for constants and writes eight bytes at a time; a line of JSON has dozens of them.
 */
record Literal(long first, long second, long third, long fourth, int length) {
    /** Room that {@link #put} may overwrite behind what it puts. */
    static final int OVERHANG = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static Literal of(String text) {
        if (text.length() > 32) {
            throw new IllegalArgumentException("longer than 32 bytes: " + text);
        }
        byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), 32);
        return new Literal(
                (long) LONG.get(bytes, 0),
                (long) LONG.get(bytes, 8),
                (long) LONG.get(bytes, 16),
                (long) LONG.get(bytes, 24),
                text.length());
    }

    /** Writes the text, and up to {@link #OVERHANG} zeros behind it; returns the index after the text. */
    int put(byte[] target, int at) {
        LONG.set(target, at, first);
        if (length > 8) {
            LONG.set(target, at + 8, second);
        }
        if (length > 16) {
            LONG.set(target, at + 16, third);
        }
        if (length > 24) {
            LONG.set(target, at + 24, fourth);
        }
        return at + length;
    }
}
