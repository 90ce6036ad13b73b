package dev.bams3.format.block;

import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.Malformed;

/** Reads the raw bytes of one stream from front to back; an absent stream is empty. */
final class StreamCursor {
    byte[] data = new byte[0];
    int at;
    int end;
    int transform;

    private int id;

    void reset(int id, byte[] data, int at, int end, int transform) {
        this.id = id;
        this.data = data;
        this.at = at;
        this.end = end;
        this.transform = transform;
    }

    int remaining() {
        return end - at;
    }

    int u8() {
        if (at >= end) {
            throw malformed("too short");
        }
        return data[at++] & 0xFF;
    }

    int u16() {
        int low = u8();
        return low | u8() << 8;
    }

    /** A varint of at most 32 bits. */
    int varint() {
        if (at >= end) {
            throw malformed("too short");
        }
        int first = data[at++];
        return first >= 0 ? first : longVarint(first);
    }

    private int longVarint(int first) {
        int value = first & 0x7F;
        for (int shift = 7; shift < 35; shift += 7) {
            int next = u8();
            value |= (next & 0x7F) << shift;
            if (next < 0x80) {
                if (shift == 28 && next > 0x0F) {
                    break;
                }
                return value;
            }
        }
        throw malformed("a number of more than 32 bits");
    }

    /** A zigzag varint of at most 33 bits, whose value fits into 32 when it is added to what was predicted. */
    long zigzag() {
        long value = 0;
        for (int shift = 0; shift < 42; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw malformed("a number of more than 42 bits");
    }

    /** Steps over {@code length} bytes and says where they begin. */
    int take(int length) {
        if (length < 0 || end - at < length) {
            throw malformed("too short: " + length + " bytes needed, " + (end - at) + " there");
        }
        at += length;
        return at - length;
    }

    /** Returns the error of a stream whose form is not defined for it. */
    ReadsException unknownTransform() {
        return Bams3Format.unsupported("", "stream " + id, "transform " + transform + " of stream " + id);
    }

    ReadsException malformed(String message) {
        return Malformed.of("stream " + id, message);
    }
}
