package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** The bytes of a CRAM from one place on, in order; one thread. */
final class CramInput {
    private final Supplier<byte[]> ranges;
    private final String resource;
    private byte[] range = new byte[0];
    private int at;
    private long rangeOffset;
    private CRC32 crc = new CRC32();

    /**
     * @param ranges gives the next bytes, an empty array after the last
     * @param offset of the first byte in the file
     */
    CramInput(Supplier<byte[]> ranges, long offset, String resource) {
        this.ranges = ranges;
        this.resource = resource;
        rangeOffset = offset;
    }

    /** Offset of the next byte in the file. */
    long position() {
        return rangeOffset + at;
    }

    Place place(String what) {
        return new Place(resource, position(), what);
    }

    boolean atEnd() {
        while (at == range.length) {
            rangeOffset += range.length;
            range = ranges.get();
            at = 0;
            if (range.length == 0) {
                return true;
            }
        }
        return false;
    }

    /** Begins a checksum of what is read from here. */
    void beginChecksum() {
        crc = new CRC32();
    }

    /** Reads a stored checksum and compares it with that of the bytes since {@link #beginChecksum}. */
    void requireChecksum(Place place) {
        int expected = (int) crc.getValue();
        int stored = int32(place);
        if (stored != expected) {
            throw place.corrupt(
                    String.format("CRC32 is %08x, but its bytes have %08x: the file is damaged", stored, expected));
        }
    }

    int unsignedByte(Place place) {
        if (atEnd()) {
            throw truncated(place);
        }
        byte value = range[at++];
        crc.update(value);
        return value & 0xFF;
    }

    int int32(Place place) {
        return unsignedByte(place) | unsignedByte(place) << 8 | unsignedByte(place) << 16 | unsignedByte(place) << 24;
    }

    int itf8(Place place) {
        int first = unsignedByte(place);
        int more = Itf8.following(first);
        byte[] following = new byte[more];
        for (int i = 0; i < more; i++) {
            following[i] = (byte) unsignedByte(place);
        }
        return Itf8.decode(first, following, 0);
    }

    void skipLtf8(Place place) {
        int more = Math.min(8, Integer.numberOfLeadingZeros(~unsignedByte(place) << 24));
        for (int i = 0; i < more; i++) {
            unsignedByte(place);
        }
    }

    /** @param length checked by the caller against what its container still has */
    byte[] bytes(int length, Place place) {
        byte[] bytes = new byte[length];
        int have = 0;
        while (have < length) {
            if (atEnd()) {
                throw truncated(place);
            }
            int count = Math.min(length - have, range.length - at);
            System.arraycopy(range, at, bytes, have, count);
            at += count;
            have += count;
        }
        crc.update(bytes);
        return bytes;
    }

    void skip(long length, Place place) {
        long left = length;
        while (left > 0) {
            if (atEnd()) {
                throw truncated(place);
            }
            int count = (int) Math.min(left, range.length - at);
            at += count;
            left -= count;
        }
    }

    private ReadsException truncated(Place place) {
        return place.corrupt("the file ends inside it, at byte " + position() + ": it is truncated");
    }
}
