package dev.bams3.format;

import java.util.Arrays;

/** Bytes appended to a growing array. Fixed-width integers are little-endian; varints are LEB128. */
public final class ByteSink {
    private byte[] bytes;
    private int size;

    public ByteSink(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    public int size() {
        return size;
    }

    /** The array behind it, valid up to {@link #size} until the next write. */
    public byte[] array() {
        return bytes;
    }

    public void clear() {
        size = 0;
    }

    public void u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    public void u16(int value) {
        room(2);
        bytes[size] = (byte) value;
        bytes[size + 1] = (byte) (value >>> 8);
        size += 2;
    }

    public void int32(int value) {
        room(4);
        bytes[size] = (byte) value;
        bytes[size + 1] = (byte) (value >>> 8);
        bytes[size + 2] = (byte) (value >>> 16);
        bytes[size + 3] = (byte) (value >>> 24);
        size += 4;
    }

    public void int64(long value) {
        int32((int) value);
        int32((int) (value >>> 32));
    }

    /** Seven bits a byte, least significant first, the top bit set on all but the last; at most ten bytes. */
    public void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A signed number as 0, -1, 1, -2, 2 ... = 0, 1, 2, 3, 4 ... */
    public void zigzag(long value) {
        varint(value << 1 ^ value >> 63);
    }

    public void bytes(byte[] source) {
        bytes(source, 0, source.length);
    }

    public void bytes(byte[] source, int offset, int length) {
        room(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    /** Keeps {@code length} bytes that were written to the array behind the size. */
    public void skip(int length) {
        size += length;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Makes room for {@code more} bytes. */
    public void room(int more) {
        if (bytes.length - size < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long wanted = Math.max((long) size + more, bytes.length * 2L);
        bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, wanted));
    }
}
