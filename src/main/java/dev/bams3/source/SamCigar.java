package dev.bams3.source;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;
import java.util.Arrays;

/**
 * The CIGAR of a line of SAM text. More than 65,535 operations stand in the tag CG of a BAM record, and two in their place
 * (SAMv1 § 4.2.2), as htslib 1.24 writes them. One thread.
 */
final class SamCigar {
    private static final int MOST_IN_FIELD = 0xFFFF;
    private static final int MOST_SKIPPED = (1 << 28) - 1;
    private static final int LENGTH_BITS = 28;
    private static final int SKIP = 3;
    private static final int SOFT_CLIP = 4;
    private static final int CG = SamTags.name('C', 'G');
    private static final byte[] CODES = codes();

    /** Bit n is set when operation n (MIDNSHP=XB) consumes the reference: M, D, N, =, X. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    /** Returns the length on the read: M, I, S, =, X. */
    private static final int CONSUMES_READ = 0b1_1001_0011;

    private int[] operations = new int[64];
    private int length;

    void clear() {
        length = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /**
     * Reads the operations of a column.
     *
     * @param end where the line ends
     * @return where the next column begins; -1 for a column that is no CIGAR, or the last
     */
    int parse(SamNumbers numbers, byte[] text, int from, int end) {
        length = 0;
        int at = from;
        while (at < end && text[at] != '\t') {
            long bases = numbers.unsigned(at, LENGTH_BITS);
            int code = CODES[text[numbers.at] & 0xFF];
            if (text[at] == '+' || numbers.at == at || numbers.at >= end || code < 0 || numbers.overflow) {
                return -1;
            }
            if (length == operations.length) {
                operations = Arrays.copyOf(operations, 2 * length);
            }
            operations[length++] = (int) bases << 4 | code;
            at = numbers.at + 1;
        }
        return at == from || at >= end ? -1 : at + 1;
    }

    /** Bases of the read that the operations cover. */
    long readSpan() {
        return span(CONSUMES_READ);
    }

    private long span(int consumes) {
        long span = 0;
        for (int i = 0; i < length; i++) {
            if ((consumes >>> (operations[i] & 0xF) & 1) != 0) {
                span += operations[i] >>> 4;
            }
        }
        return span;
    }

    /** BIN (SAMv1 § 4.2.1) of an alignment whose end need not fit into 32 bits. */
    int bin(int start, boolean unmapped) {
        long last = start + Math.max(1, unmapped ? 0 : span(CONSUMES_REFERENCE)) - 1;
        int firstBin = 4681;
        for (int shift = 14; shift <= 26; shift += 3) {
            if (start >> shift == last >> shift) {
                return firstBin + (start >> shift) & 0xFFFF;
            }
            firstBin -= 1 << 26 - shift;
        }
        return 0;
    }

    private boolean isLong() {
        return length > MOST_IN_FIELD;
    }

    /** Operations in the field of the record. */
    int fieldLength() {
        return isLong() ? 2 : length;
    }

    /** Writes the operations, or room for the two that stand for more than the field can count. */
    void write(RecordBytes out) {
        if (isLong()) {
            out.int64(0);
            return;
        }
        for (int i = 0; i < length; i++) {
            out.int32(operations[i]);
        }
    }

    /**
     * Adds the tag CG behind the others and fills its two stand-ins, if there are so many operations.
     *
     * @param at where {@link #write} began
     */
    void appendLong(RecordBytes out, int at, int sequenceLength) {
        if (!isLong()) {
            return;
        }
        long span = span(CONSUMES_REFERENCE);
        if (span > MOST_SKIPPED) {
            throw new SamLineException(
                    "CIGAR",
                    "more than 65535 operations that cover " + span
                            + " bases of the reference do not fit into a BAM record");
        }
        out.int32(at, sequenceLength << 4 | SOFT_CLIP);
        out.int32(at + 4, (int) span << 4 | SKIP);
        out.int16(CG);
        out.int8('B');
        out.int8('I');
        out.int32(length);
        for (int i = 0; i < length; i++) {
            out.int32(operations[i]);
        }
    }

    /** Whether the first operation clips the whole read, as that of a record does whose CIGAR is in the tag CG. */
    boolean clipsAll(int sequenceLength) {
        return length > 0 && operations[0] == (sequenceLength << 4 | SOFT_CLIP);
    }

    /**
     * Moves the CIGAR out of a tag CG, where text has one as a BAM does, into its place.
     *
     * @param at where {@link #write} began
     * @param sequenceAt where the sequence begins
     * @param tagsAt where the tags begin, which end with {@code out}
     * @return whether there was one
     */
    boolean takeTag(RecordBytes out, int at, int sequenceAt, int tagsAt) {
        byte[] bytes = out.array;
        int tag = tagsAt;
        while (tag < out.size && SamTags.nameAt(bytes, tag) != CG) {
            tag = SamTags.end(bytes, tag);
        }
        if (tag >= out.size
                || SamTags.type(bytes, tag) != 'B'
                || "Ii".indexOf(SamTags.elementType(bytes, tag)) < 0
                || SamTags.elementCount(bytes, tag) < length) {
            return false;
        }
        length = SamTags.elementCount(bytes, tag);
        operations = new int[length];
        for (int i = 0; i < length; i++) {
            operations[i] = BamRecord.int32(bytes, tag + SamTags.ARRAY + 4 * i);
        }
        byte[] before = Arrays.copyOfRange(bytes, sequenceAt, tag);
        byte[] after = Arrays.copyOfRange(bytes, SamTags.end(bytes, tag), out.size);
        out.size = at;
        write(out);
        out.bytes(before, 0, before.length);
        out.bytes(after, 0, after.length);
        return true;
    }

    private static byte[] codes() {
        byte[] codes = new byte[256];
        Arrays.fill(codes, (byte) -1);
        String letters = "MIDNSHP=XB";
        for (int code = 0; code < letters.length(); code++) {
            codes[letters.charAt(code)] = (byte) code;
        }
        return codes;
    }
}
