package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Reads a structure of an object from front to back; every defect is CORRUPT and names object, byte and field. */
public final class ByteCursor {
    private final String object;
    private final byte[] bytes;
    private final int end;
    /** Position in the object of {@code bytes[0]}. */
    private final long origin;

    private int at;

    public ByteCursor(String object, byte[] bytes, int offset, int length, long origin) {
        this.object = object;
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
        this.origin = origin;
    }

    public static int crc32c(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    public ReadsException corrupt(String field, String message) {
        return ReadsException.corrupt(object, origin + at, field, message);
    }

    public int at() {
        return at;
    }

    public int remaining() {
        return end - at;
    }

    public int u8(String field) {
        need(1, field);
        return bytes[at++] & 0xFF;
    }

    public int u16(String field) {
        need(2, field);
        at += 2;
        return bytes[at - 2] & 0xFF | (bytes[at - 1] & 0xFF) << 8;
    }

    public int int32(String field) {
        need(4, field);
        at += 4;
        return bytes[at - 4] & 0xFF
                | (bytes[at - 3] & 0xFF) << 8
                | (bytes[at - 2] & 0xFF) << 16
                | (bytes[at - 1] & 0xFF) << 24;
    }

    long int64(String field) {
        return int32(field) & 0xFFFF_FFFFL | (long) int32(field) << 32;
    }

    /** A varint from 0 to {@code max}. */
    long varint(String field, long max) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = u8(field);
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                if (value > max) {
                    throw corrupt(field, value + " is over the limit of " + max);
                }
                return value;
            }
        }
        throw corrupt(field, "a number of more than 63 bits");
    }

    public int varint32(String field, int max) {
        return (int) varint(field, max);
    }

    /** Passes over bytes that are there. */
    public void skip(int length) {
        need(length, "bytes");
        at += length;
    }

    byte[] bytes(String field, int length) {
        need(length, field);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public void expect(byte[] magic, String field) {
        int found = at;
        if (!Arrays.equals(bytes(field, magic.length), magic)) {
            at = found;
            throw corrupt(field, "not what a BAMS3 object has here");
        }
    }

    /** A u32 that has to have this value. */
    public void expect(String field, int expected) {
        int found = int32(field);
        if (found != expected) {
            at -= 4;
            throw corrupt(field, "is " + found + ", not " + expected);
        }
    }

    public void expectEnd(String field) {
        if (at != end) {
            throw corrupt(field, remaining() + " bytes too many");
        }
    }

    private void need(int count, String field) {
        if (count < 0 || end - at < count) {
            throw corrupt(field, "truncated: " + count + " bytes needed, " + (end - at) + " there");
        }
    }
}
