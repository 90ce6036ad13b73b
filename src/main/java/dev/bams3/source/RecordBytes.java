package dev.bams3.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing array that BAM records are written to. The writer asks for room once for many values. One thread. */
final class RecordBytes {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] array;
    int size;

    /** @param array to begin with */
    RecordBytes(byte[] array) {
        this.array = array;
    }

    /** Makes room for this many bytes more. */
    void require(long more) {
        if (more > array.length - size) {
            array = Arrays.copyOf(array, Math.toIntExact(Math.max(size + more, array.length + (array.length >> 1))));
        }
    }

    void int8(int value) {
        array[size++] = (byte) value;
    }

    void int16(int value) {
        SHORT.set(array, size, (short) value);
        size += 2;
    }

    void int32(int value) {
        int32(size, value);
        size += 4;
    }

    void int64(long value) {
        LONG.set(array, size, value);
        size += 8;
    }

    /** Sets four bytes that were written before. */
    void int32(int at, int value) {
        INT.set(array, at, value);
    }

    void bytes(byte[] source, int from, int length) {
        System.arraycopy(source, from, array, size, length);
        size += length;
    }
}
