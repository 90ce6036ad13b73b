package dev.bams3.bam;

import dev.bams3.bgzf.InflatedBytes;
import java.util.Arrays;

/**
 * The part of the inflated bytes that is being looked at. Grows with the bytes that really arrive, so that a length field
 * that lies costs no memory.
 */
final class ByteWindow {
    private static final int FIRST_SIZE = 1 << 20;
    private static final int MAX_SIZE = Integer.MAX_VALUE - 64;

    private final InflatedBytes source;
    private byte[] buffer = new byte[FIRST_SIZE];
    private int from;
    private int to;
    private long position;

    ByteWindow(InflatedBytes source) {
        this.source = source;
    }

    byte[] buffer() {
        return buffer;
    }

    /** Index of the window's first byte in {@link #buffer}. */
    int offset() {
        return from;
    }

    int available() {
        return to - from;
    }

    /** Index of the window's first byte among all inflated ones. */
    long position() {
        return position;
    }

    void advance(int count) {
        from += count;
        position += count;
    }

    /** Reads until {@code count} bytes stand in the window; false if the source ends before. May replace the array. */
    boolean require(int count) {
        if (available() >= count) {
            return true;
        }
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        while (to < count) {
            if (to == buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(MAX_SIZE, 2L * buffer.length));
            }
            int read = source.read(buffer, to, buffer.length - to);
            if (read < 0) {
                return false;
            }
            to += read;
        }
        return true;
    }
}
