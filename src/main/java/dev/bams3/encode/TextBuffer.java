package dev.bams3.encode;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Arrays;

/** Output that grows. A record reserves the most it can need once, and then writes without looking. */
final class TextBuffer {
    private static final int MAX_SIZE = Integer.MAX_VALUE - 64;
    private static final int SLACK = 16 * 1024;

    private byte[] bytes;
    private int length;

    /** @param expected bytes of the whole block; a good guess avoids copying */
    TextBuffer(long expected) {
        bytes = new byte[(int) Math.min(MAX_SIZE, expected + SLACK)];
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

    int length() {
        return length;
    }

    /** Bytes up to this index have been written. */
    void setLength(int newLength) {
        length = newLength;
    }

    EncodedBytes encoded() {
        return new EncodedBytes(bytes, length);
    }
}
