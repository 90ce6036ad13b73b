package dev.bams3.format.block;

import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ByteCursor;
import java.util.Arrays;

/**
 * Head and stream table of a stored block: which streams it has, how each is coded, and where it lies. Reading one checks
 * the head's checksum and that the streams fill the block exactly.
 */
public final class BlockFrame {
    static final String MAGIC = "B3BK";
    static final int HEAD_LENGTH = 20;
    static final int MAX_STREAMS = 2048;

    /** A stream of columns is at most a little larger than what it codes. */
    private static final int RAW_FACTOR = 4;

    private static final int RAW_ALLOWANCE = 1 << 16;

    final String object;
    final byte[] bytes;
    /** Position in the object of {@code bytes[0]}; negative where the array begins before the object does. */
    final long origin;

    public final int count;
    public final int[] ids;
    final int[] transforms;
    public final int[] codecs;
    public final int[] rawLengths;
    public final int[] offsets;
    public final int[] storedLengths;
    final int[] checksums;

    /** Sum of the raw lengths: what it takes to unpack all streams. */
    final int totalRaw;

    /** Parses and checks; {@code entry} is what the index says of the block that begins at {@code offset}. */
    public BlockFrame(String object, byte[] bytes, int offset, BlockEntry entry) {
        this.object = object;
        this.bytes = bytes;
        this.origin = entry.offset() - offset;
        int stored = entry.storedLength();
        if (offset < 0 || bytes.length - offset < stored) {
            throw new IllegalArgumentException("a block of " + stored + " bytes at " + offset + " of " + bytes.length);
        }
        ByteCursor in = new ByteCursor(object, bytes, offset, stored, origin);
        in.expect(Bams3Format.magic(MAGIC), "block magic");
        in.expect("block raw length", entry.rawLength());
        in.expect("block records", entry.records());
        int reference = in.int32("block reference");
        count = in.u16("stream count");
        int tableLength = in.u16("stream table length");
        int table = in.at();
        if (tableLength > in.remaining() - 4) {
            throw in.corrupt("stream table length", tableLength + " bytes of " + in.remaining());
        }
        int crcAt = table + tableLength;
        int crc = new ByteCursor(object, bytes, crcAt, 4, origin).int32("block head checksum");
        if (ByteCursor.crc32c(bytes, offset, crcAt - offset) != crc) {
            throw in.corrupt("block head checksum", "the head or the stream table was changed");
        }
        if (reference < Bams3Format.UNPLACED) {
            throw in.corrupt("block reference", "reference " + reference);
        }
        if (count < 1 || count > MAX_STREAMS) {
            throw in.corrupt("stream count", count + " streams");
        }
        this.reference = reference;
        ids = new int[count];
        transforms = new int[count];
        codecs = new int[count];
        rawLengths = new int[count];
        offsets = new int[count];
        storedLengths = new int[count];
        checksums = new int[count];
        ByteCursor rows = new ByteCursor(object, bytes, table, tableLength, origin);
        totalRaw = readTable(rows, crcAt + 4, offset + stored, entry.rawLength());
    }

    final int reference;

    /** Most bytes that the streams of a block may unpack to, together. */
    static long maxRaw(int blockRaw) {
        return Math.min(Bams3Format.MAX_RAW_BLOCK, (long) blockRaw * RAW_FACTOR + RAW_ALLOWANCE);
    }

    private int readTable(ByteCursor in, int dataStart, int end, int blockRaw) {
        long maxRaw = maxRaw(blockRaw);
        int at = dataStart;
        long total = 0;
        int previous = -1;
        for (int i = 0; i < count; i++) {
            ids[i] = in.varint32("stream id", 0xFFFF);
            if (ids[i] <= previous) {
                throw in.corrupt("stream id", ids[i] + " after " + previous);
            }
            previous = ids[i];
            transforms[i] = in.u8("stream transform");
            codecs[i] = in.u8("stream codec");
            rawLengths[i] = in.varint32("stream raw length", Bams3Format.MAX_RAW_BLOCK);
            storedLengths[i] = in.varint32("stream stored length", Bams3Format.MAX_RAW_BLOCK);
            checksums[i] = in.int32("stream checksum");
            offsets[i] = at;
            if (storedLengths[i] > end - at) {
                throw in.corrupt("stream stored length", storedLengths[i] + " bytes, " + (end - at) + " are left");
            }
            at += storedLengths[i];
            total += rawLengths[i];
            if (total > maxRaw) {
                throw in.corrupt("stream raw length", "more than " + maxRaw + " bytes in all");
            }
        }
        in.expectEnd("stream table");
        if (at != end) {
            throw in.corrupt("stream stored length", (end - at) + " bytes belong to no stream");
        }
        return (int) total;
    }

    /** Index in the table of a stream, or -1. */
    int find(int id) {
        for (int i = 0; i < count; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }

    /** How many streams there are that a reader has to know. */
    int requiredStreams() {
        return (int) Arrays.stream(ids).filter(id -> id < StreamIds.OPTIONAL).count();
    }

    /** Says CORRUPT unless the stored bytes of the stream are those that its checksum was made of. */
    void verify(int stream) {
        if (ByteCursor.crc32c(bytes, offsets[stream], storedLengths[stream]) != checksums[stream]) {
            throw corrupt(stream, "the checksum does not agree");
        }
    }

    ReadsException corrupt(int stream, String message) {
        return ReadsException.corrupt(object, origin + offsets[stream], "stream " + ids[stream], message);
    }
}
