package dev.bams3.source.cram;

import java.util.Arrays;

/** The optional fields of one record, as BAM has them, while they are gathered. */
final class TagBytes {
    /** As much as a record may have. */
    static final int MAX_LENGTH = 256 << 20;

    private byte[] bytes = new byte[1024];
    private int length;

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** What may still be added. */
    int room() {
        return MAX_LENGTH - length;
    }

    void add(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    /** @param tag name and type, a byte each */
    void addName(int tag) {
        ensure(3);
        bytes[length++] = (byte) (tag >> 16);
        bytes[length++] = (byte) (tag >> 8);
        bytes[length++] = (byte) tag;
    }

    void add(byte[] from, int offset, int count) {
        ensure(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    void addInt32(int value) {
        ensure(4);
        BamFields.putInt32(bytes, length, value);
        length += 4;
    }

    void addDecimal(int value) {
        ensure(11);
        int left = value;
        int at = length + decimals(value);
        length = at;
        do {
            bytes[--at] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left > 0);
    }

    /** Takes back the last bytes. */
    void removeLast(int count) {
        length -= count;
    }

    private static int decimals(int value) {
        int count = 1;
        for (int left = value; left >= 10; left /= 10) {
            count++;
        }
        return count;
    }

    private void ensure(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, (int) Math.min(2L * bytes.length, MAX_LENGTH)));
        }
    }
}
