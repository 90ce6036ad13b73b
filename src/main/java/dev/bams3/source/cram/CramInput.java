package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** The bytes of a CRAM from one place on, in order; one thread. */
final class CramInput {
    private final CramBytes bytes;
    private final String resource;
    private byte[] range = new byte[0];
    private int at;
    private long rangeOffset;
    // Behind all that the first read gave; before it the second read gives bytes again.
    private long taken;
    private Supplier<byte[]> again = () -> new byte[0];
    private CRC32 crc = new CRC32();

    /** @param offset of the first byte in the file */
    CramInput(CramBytes bytes, long offset, String resource) {
        this.bytes = bytes;
        this.resource = resource;
        rangeOffset = offset;
        taken = offset;
    }

    /**
     * Reads a part that has a checksum; if its bytes are damaged and can be read again, once more.
     *
     * @param part reads from the input that it is given
     */
    <T> T part(Function<CramInput, T> part) {
        long begin = position();
        try {
            return part.apply(this);
        } catch (ReadsException e) {
            if (bytes.second().isEmpty()) {
                throw e;
            }
            Supplier<byte[]> ranges = bytes.second().get().apply(begin);
            CramInput second = new CramInput(CramBytes.once(ranges), begin, resource);
            T sound = bytes.damage().again(e, () -> part.apply(second));
            goTo(second.position());
            return sound;
        }
    }

    /** Goes on at a place: a damaged length may have led behind it. */
    private void goTo(long position) {
        if (position < rangeOffset) {
            again = bytes.second().orElseThrow().apply(position);
            range = new byte[0];
            rangeOffset = position;
        }
        while (position > rangeOffset + range.length && nextRange()) {
            // Skipped.
        }
        at = (int) Math.min(range.length, position - rangeOffset);
    }

    private boolean nextRange() {
        rangeOffset += range.length;
        at = 0;
        if (rangeOffset < taken) {
            byte[] more = again.get();
            range = Arrays.copyOf(more, (int) Math.min(more.length, taken - rangeOffset));
        } else {
            range = bytes.first().get();
            taken += range.length;
        }
        return range.length > 0;
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
            if (!nextRange()) {
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
