package dev.bams3.source.cram;

/** Reads the numbers of a CRAM structure from bytes in memory; what lies behind their end is CORRUPT. */
final class CramCursor {
    private final byte[] bytes;
    private final int end;
    private final Place place;
    private int at;

    CramCursor(byte[] bytes, Place place) {
        this(bytes, 0, bytes.length, place);
    }

    private CramCursor(byte[] bytes, int from, int end, Place place) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.place = place;
    }

    Place place() {
        return place;
    }

    int remaining() {
        return end - at;
    }

    /** The array that holds the bytes; those from {@link #position} to {@link #end} are unread. */
    byte[] array() {
        return bytes;
    }

    int position() {
        return at;
    }

    int end() {
        return end;
    }

    void skip(int length) {
        require(length);
        at += length;
    }

    int unsignedByte() {
        require(1);
        return bytes[at++] & 0xFF;
    }

    /** A 32-bit number, least significant byte first. */
    int int32() {
        require(4);
        int value = bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
        at += 4;
        return value;
    }

    /** A number of 1 to 5 bytes (CRAMv3 § 2.3). */
    int itf8() {
        int first = unsignedByte();
        int more = Itf8.following(first);
        require(more);
        int value = Itf8.decode(first, bytes, at);
        at += more;
        return value;
    }

    /** A number of 1 to 9 bytes (CRAMv3 § 2.3). */
    long ltf8() {
        int first = unsignedByte();
        int more = Math.min(8, Integer.numberOfLeadingZeros(~first << 24));
        long value = more >= 7 ? 0 : first & 0xFF >> more + 1;
        for (int i = 0; i < more; i++) {
            value = value << 8 | unsignedByte();
        }
        return value;
    }

    /** A number of seven bits a byte, most significant first (CRAMcodecs § 1.4). */
    int uint7() {
        long value = 0;
        int next;
        do {
            next = unsignedByte();
            value = value << 7 | next & 0x7F;
            if (value > Integer.MAX_VALUE) {
                throw place.corrupt("a size of its compressed data is over 2 GB");
            }
        } while ((next & 0x80) != 0);
        return (int) value;
    }

    /** A number of elements, each of at least one byte, which therefore is not more than the bytes that are left. */
    int count(String what) {
        int count = itf8();
        if (count < 0 || count > remaining()) {
            throw place.corrupt(what + " " + count + " is not 0 to the " + remaining() + " bytes that follow");
        }
        return count;
    }

    byte[] bytes(int length) {
        require(length);
        byte[] copy = new byte[length];
        System.arraycopy(bytes, at, copy, 0, length);
        at += length;
        return copy;
    }

    /** The next bytes as a structure of their own. */
    CramCursor part(int length) {
        require(length);
        CramCursor part = new CramCursor(bytes, at, at + length, place);
        at += length;
        return part;
    }

    /** The next bytes as a structure of their own, which begins with its length. */
    CramCursor sized(String what) {
        int length = count(what);
        CramCursor part = new CramCursor(bytes, at, at + length, place.named(what));
        at += length;
        return part;
    }

    /** Checks that all was read. */
    void requireEnd() {
        if (at != end) {
            throw place.corrupt((end - at) + " bytes follow its end");
        }
    }

    private void require(int length) {
        if (length < 0 || length > end - at) {
            throw place.corrupt("ends too early");
        }
    }
}
