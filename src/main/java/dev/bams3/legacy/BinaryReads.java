package dev.bams3.legacy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Chunks of 0.2: a head of 16 bytes, then records that begin with their own length. */
final class BinaryReads {
    static final int MAGIC = 0x42414D33;

    private static final int VERSION = 0x0200;
    private static final int HEAD = 16;
    private static final int RECORD_HEAD = 12;
    private static final int FIXED = 11;
    private static final int LENGTH_WRAP = 1 << 16;
    private static final String BASES = "NACMGRSVTWYHKDBN";

    private final RecordBuilder out;
    private final Dialect dialect;
    private final ByteBuffer in;

    BinaryReads(RecordBuilder out, Dialect dialect, byte[] image) {
        this.out = out;
        this.dialect = dialect;
        in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    void read() {
        if (in.remaining() < HEAD || in.getInt() != MAGIC || (in.getShort() & 0xFFFF) != VERSION) {
            throw out.corrupt("head", "not a chunk of version 0.2");
        }
        in.getShort();
        long count = Integer.toUnsignedLong(in.getInt());
        in.getInt();
        for (long i = 0; i < count; i++) {
            int start = in.position();
            if (in.remaining() < RECORD_HEAD) {
                throw out.corrupt("record size", "truncated");
            }
            long size = Integer.toUnsignedLong(in.getInt());
            if (size < RECORD_HEAD || size > in.limit() - start) {
                throw out.corrupt("record size", size + " of the " + (in.limit() - start) + " bytes that are left");
            }
            record(start, start + (int) size);
            in.position(start + (int) size);
        }
    }

    private void record(int start, int end) {
        int nameLength = u16(start + 4);
        int shortLength = u16(start + 6);
        int operations = u16(start + 8);
        int tags = u16(start + 10);
        int fixed = start + RECORD_HEAD + nameLength;
        int cigar = fixed + FIXED;
        long sequence = cigar + 4L * operations;
        if (sequence > end) {
            throw out.corrupt("name or CIGAR", nameLength + " letters, " + operations + " operations");
        }
        out.begin();
        out.name = Arrays.copyOfRange(in.array(), start + RECORD_HEAD, fixed);
        out.reference = in.getInt(fixed);
        long position = (long) in.getInt(fixed + 4) - dialect.origin();
        out.position = (int) Math.max(-1, position);
        out.quality = in.get(fixed + 8) & 0xFF;
        out.flag = u16(fixed + 9);
        for (int i = 0; i < operations; i++) {
            out.operation(in.getInt(cigar + 4 * i));
        }
        int from = (int) sequence;
        Layout layout = layout(from, end, shortLength, tags);
        out.bases(letters(from, layout.length()));
        int qualities = from + (layout.length() + 1) / 2;
        out.qualities(Arrays.copyOfRange(in.array(), qualities, qualities + layout.qualities()));
        readTags(qualities + layout.qualities(), end, tags);
        out.end();
    }

    /** The number of bases of a record, and of its qualities. */
    private record Layout(int length, int qualities) {}

    /**
     * Lengths were stored modulo 65,536, and missing qualities of SAM text as one letter. The first layout whose optional fields
     * end with the record is the right one; else the stated one, if its fields end before: what follows is no part of 0.2.
     */
    private Layout layout(int from, int end, int stated, int tags) {
        Layout plain = new Layout(stated, stated);
        long plainEnd = tagsEnd(from, end, plain, tags);
        if (plainEnd == end) {
            return plain;
        }
        Layout starred = new Layout(stated, 1);
        int star = from + (stated + 1) / 2;
        if (dialect.fromText() && star < end && in.get(star) == '*' && tagsEnd(from, end, starred, tags) == end) {
            return starred;
        }
        for (int length = stated + LENGTH_WRAP; from + (length + 1L) / 2 + length <= end; length += LENGTH_WRAP) {
            Layout longer = new Layout(length, length);
            if (tagsEnd(from, end, longer, tags) == end) {
                return longer;
            }
        }
        if (plainEnd < 0) {
            throw out.corrupt("sequence length", stated + " bases and " + tags + " tags do not fit into the record");
        }
        return plain;
    }

    /** Returns the offset where the optional fields end; -1 if they do not fit. */
    private long tagsEnd(int from, int end, Layout layout, int tags) {
        long at = from + (layout.length() + 1L) / 2 + layout.qualities();
        for (int i = 0; i < tags; i++) {
            if (at + 3 > end || in.get((int) at + 2) != 'Z') {
                return -1;
            }
            at += 3;
            while (at < end && in.get((int) at) != 0) {
                at++;
            }
            at++;
        }
        return at > end ? -1 : at;
    }

    private byte[] letters(int from, int length) {
        byte[] letters = new byte[length];
        for (int i = 0; i < length; i++) {
            int pair = in.get(from + i / 2) & 0xFF;
            letters[i] = (byte) BASES.charAt(i % 2 == 0 ? pair >> 4 : pair & 0xF);
        }
        // One base that is lost without qualities was `*`.
        boolean none = length == 1 && letters[0] == 'N' && dialect.fromText() && in.get(from) == 0;
        return none ? new byte[0] : letters;
    }

    private void readTags(int from, int end, int tags) {
        int at = from;
        for (int i = 0; i < tags; i++) {
            String name = new String(in.array(), at, 2, StandardCharsets.ISO_8859_1);
            int text = at + 3;
            int nul = text;
            while (nul < end && in.get(nul) != 0) {
                nul++;
            }
            LegacyTags.field(name, new String(in.array(), text, nul - text, StandardCharsets.UTF_8))
                    .ifPresent(out::tag);
            at = nul + 1;
        }
    }

    private int u16(int at) {
        return in.getShort(at) & 0xFFFF;
    }
}
