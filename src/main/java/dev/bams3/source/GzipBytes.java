package dev.bams3.source;

import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What a gzip file (RFC 1952, May 1996) of one or more members inflates to, for files that are not BGZF; one core. Zeros
 * behind the last member are padding. Unlike that of the JDK, this reader does not take what is no member for the end.
 */
final class GzipBytes implements InflatedBytes, AutoCloseable {
    private static final int FLAG_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int DRAINED = 64 << 10;

    /** Inflated, a second or so. */
    private static final long MAX_DRAINED = 256L << 20;

    private final Supplier<byte[]> ranges;
    private final Optional<SourceObject> again;
    private final String resource;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private byte[] range = new byte[0];
    private int at;
    private long rangeOffset;
    private long inMember;
    private long member;
    private long members;
    private boolean damaged;
    private boolean inside;

    /** @param ranges of the whole file */
    GzipBytes(SourceRanges ranges, SourceObject object) {
        this(ranges::next, 0, object.name(), Optional.of(object).filter(SourceObject::isRemote));
    }

    /**
     * @param offset of the first byte
     * @param again has the bytes once more, where they come over connections
     */
    private GzipBytes(Supplier<byte[]> ranges, long offset, String resource, Optional<SourceObject> again) {
        this.ranges = ranges;
        this.again = again;
        this.resource = resource;
        rangeOffset = offset;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        try {
            return readOnce(target, offset, length);
        } catch (ReadsException e) {
            throw again.isEmpty() ? e : readAgain(e, again.get());
        }
    }

    /**
     * Returns what a member's damage means: what was inflated of it was handed out before its checksum was reached, so it cannot
     * be replaced by the second read, which only says where the damage happened.
     */
    private ReadsException readAgain(ReadsException found, SourceObject object) {
        damaged = true;
        try (GzipBytes second = new GzipBytes(object.rangesAgain(member), member, resource, Optional.empty())) {
            object.damage().again(found, () -> {
                second.drain(Long.MAX_VALUE);
                return second;
            });
        } catch (ReadsException e) {
            return e;
        }
        return ReadsException.about(
                ErrorKind.UNAVAILABLE,
                resource,
                "bytes of the gzip member at byte " + member
                        + " arrived damaged and were right when they were read again; convert it again",
                found);
    }

    /**
     * Returns the reason for a failure of a reader of the text: damage of the member that the text comes from, if its end is not
     * far away, or else the failure itself.
     */
    ReadsException explained(ReadsException failure) {
        try {
            if (again.isPresent() && inside && !damaged) {
                drain(MAX_DRAINED);
            }
            return failure;
        } catch (ReadsException e) {
            return readAgain(e, again.get());
        }
    }

    /** Reads to the end of a member, or some bytes further; at most so many. */
    private void drain(long most) {
        byte[] unused = new byte[DRAINED];
        long before = members;
        long read = 0;
        int count = 0;
        while (count >= 0 && members == before && read < most) {
            count = readOnce(unused, 0, unused.length);
            read += count;
        }
    }

    private int readOnce(byte[] target, int offset, int length) {
        try {
            while (true) {
                if (!inside && !begin()) {
                    return -1;
                }
                int count = inflater.inflate(target, offset, length);
                if (count > 0) {
                    crc.update(target, offset, count);
                    inMember += count;
                    return count;
                }
                if (inflater.finished()) {
                    end();
                } else if (inflater.needsInput()) {
                    // All that was given was used.
                    at = range.length;
                    require();
                    inflater.setInput(range, at, range.length - at);
                } else {
                    throw corrupt("the deflated data wants a dictionary");
                }
            }
        } catch (DataFormatException e) {
            throw corrupt("the deflated data is damaged: " + e.getMessage());
        }
    }

    /** Reads the header of the next member; false at the end of the file. */
    private boolean begin() {
        int first = maybeByte();
        while (first == 0) {
            first = maybeByte();
        }
        if (first < 0) {
            return false;
        }
        member = rangeOffset + at - 1;
        if (first != 0x1f || nextByte() != 0x8b || nextByte() != 8) {
            throw corrupt("no gzip member begins here");
        }
        int flags = nextByte();
        skip(6);
        if ((flags & FLAG_EXTRA) != 0) {
            skip(nextByte() | nextByte() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_CRC) != 0) {
            skip(2);
        }
        inflater.reset();
        inflater.setInput(range, at, range.length - at);
        crc.reset();
        inMember = 0;
        inside = true;
        return true;
    }

    private void end() {
        at = range.length - inflater.getRemaining();
        inside = false;
        if (int32() != (int) crc.getValue()) {
            throw corrupt("the CRC of what was inflated is not that of the gzip member");
        }
        if (int32() != (int) inMember) {
            throw corrupt("the length of what was inflated is not that of the gzip member");
        }
        members++;
    }

    private int int32() {
        return nextByte() | nextByte() << 8 | nextByte() << 16 | nextByte() << 24;
    }

    private void skip(int count) {
        for (int i = 0; i < count; i++) {
            nextByte();
        }
    }

    private void skipText() {
        while (nextByte() != 0) {
            // Passed over.
        }
    }

    private int nextByte() {
        require();
        return range[at++] & 0xFF;
    }

    private int maybeByte() {
        return fill() ? range[at++] & 0xFF : -1;
    }

    private void require() {
        if (!fill()) {
            throw corrupt("the file ends inside a gzip member: it is truncated");
        }
    }

    private boolean fill() {
        if (at == range.length) {
            rangeOffset += range.length;
            range = ranges.get();
            at = 0;
        }
        return range.length > 0;
    }

    @Override
    public long fileOffset(long position) {
        return rangeOffset + at;
    }

    @Override
    public String resource() {
        return resource;
    }

    private ReadsException corrupt(String message) {
        return ReadsException.corrupt(resource, rangeOffset + at, "gzip", message);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
