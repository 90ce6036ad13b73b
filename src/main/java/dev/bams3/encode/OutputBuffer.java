package dev.bams3.encode;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Memory for encoded blocks, one after the other; it grows, and is kept for the next. A record reserves the most it can need
 * once, and then writes without looking. Used by one thread at a time.
 */
public final class OutputBuffer {
    private static final int MAX_SIZE = Integer.MAX_VALUE - 64;
    private static final int SLACK = 16 * 1024;
    /** The largest arrays that G1 has in its young generation in heaps of any size are just below 512 KiB. */
    private static final int PIECE = 256 << 10;

    private byte[] bytes = {};
    private int length;

    /** Forgets the block before. */
    public void clear() {
        length = 0;
    }

    /**
     * Makes room while this is empty.
     *
     * @param expected bytes of the whole block; a good guess avoids copying
     */
    void expect(long expected) {
        if (bytes.length < expected) {
            bytes = new byte[(int) Math.min(MAX_SIZE, expected + SLACK)];
        }
    }

    /** The array, with at least {@code more} bytes of room behind {@link #length}. */
    byte[] reserve(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > MAX_SIZE) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE, "a record is too long to be written as text; ask for format BAM");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_SIZE, Math.max(needed, bytes.length * 3L / 2)));
        }
        return bytes;
    }

    /** Adds bytes as they are. */
    public void put(byte[] source, int offset, int count) {
        System.arraycopy(source, offset, reserve(count), length, count);
        length += count;
    }

    /** Writes a little-endian number over four bytes that were put before. */
    public void putInt32(int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (Byte.SIZE * i));
        }
    }

    /** Returns the bytes of the block so far. */
    public int length() {
        return length;
    }

    /** Bytes up to this index have been written. */
    void setLength(int newLength) {
        length = newLength;
    }

    /** Returns the block in arrays of its own, none of them large. */
    public List<EncodedBytes> pieces() {
        List<EncodedBytes> pieces = new ArrayList<>();
        for (int from = 0; from < length; from += PIECE) {
            byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(length, from + PIECE));
            pieces.add(new EncodedBytes(piece, piece.length));
        }
        return pieces;
    }

    /** Returns the bytes of memory that are kept. */
    public int heldBytes() {
        return bytes.length;
    }

    /** Returns the block in this buffer's memory, which is not to be used any more. */
    EncodedBytes encoded() {
        return new EncodedBytes(bytes, length);
    }
}
