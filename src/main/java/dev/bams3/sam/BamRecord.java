package dev.bams3.sam;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Fields of one BAM record as it lies in a byte array, without making an object of it (SAMv1 § 4.2, 2024-11-06). Every
 * method takes the array and the offset of the record's {@code block_size} field. Nothing is checked here: records come
 * from {@link BamRecordCheck} or from a block whose checksum was verified.
 */
public final class BamRecord {
    /** {@code block_size} and the fixed fields after it: where the read name begins. */
    public static final int FIXED_LENGTH = 36;

    /** {@code next_refID} and {@code refID} of a record without a reference. */
    public static final int NO_REFERENCE = -1;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int CIGAR_SOFT_CLIP = 4;

    /** Bit n is set when CIGAR operation n (MIDNSHP=X) consumes the reference: M, D, N, =, X. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    private BamRecord() {}

    public static int int32(byte[] buffer, int offset) {
        return (int) INT.get(buffer, offset);
    }

    public static int uint16(byte[] buffer, int offset) {
        return (short) SHORT.get(buffer, offset) & 0xFFFF;
    }

    /** Bytes of the whole record, {@code block_size} included. */
    public static int length(byte[] buffer, int record) {
        return int32(buffer, record) + 4;
    }

    /** Index of the reference, or {@link #NO_REFERENCE}. */
    public static int referenceIndex(byte[] buffer, int record) {
        return int32(buffer, record + 4);
    }

    /** 0-based leftmost position; -1 where there is none. */
    public static int start(byte[] buffer, int record) {
        return int32(buffer, record + 8);
    }

    /** Bytes of the read name, its NUL included: 1 to 255. */
    public static int nameLength(byte[] buffer, int record) {
        return buffer[record + 12] & 0xFF;
    }

    /** Bytes of the read name up to its first NUL, which is what it shows; some writers pad names with more. */
    public static int nameTextLength(byte[] buffer, int record) {
        int from = nameOffset(record);
        return SamTags.findNul(buffer, from, from + nameLength(buffer, record)) - from;
    }

    public static int mappingQuality(byte[] buffer, int record) {
        return buffer[record + 13] & 0xFF;
    }

    public static int bin(byte[] buffer, int record) {
        return uint16(buffer, record + 14);
    }

    /** Operations in the CIGAR field itself; 2 for one that stands in the CG tag. */
    public static int cigarLength(byte[] buffer, int record) {
        return uint16(buffer, record + 16);
    }

    public static int flags(byte[] buffer, int record) {
        return uint16(buffer, record + 18);
    }

    /** Bases of SEQ. */
    public static int sequenceLength(byte[] buffer, int record) {
        return int32(buffer, record + 20);
    }

    public static int mateReferenceIndex(byte[] buffer, int record) {
        return int32(buffer, record + 24);
    }

    public static int mateStart(byte[] buffer, int record) {
        return int32(buffer, record + 28);
    }

    public static int templateLength(byte[] buffer, int record) {
        return int32(buffer, record + 32);
    }

    public static int nameOffset(int record) {
        return record + FIXED_LENGTH;
    }

    public static int cigarOffset(byte[] buffer, int record) {
        return record + FIXED_LENGTH + nameLength(buffer, record);
    }

    public static int sequenceOffset(byte[] buffer, int record) {
        return cigarOffset(buffer, record) + 4 * cigarLength(buffer, record);
    }

    public static int qualityOffset(byte[] buffer, int record) {
        return sequenceOffset(buffer, record) + (sequenceLength(buffer, record) + 1) / 2;
    }

    /** Where the optional fields begin; they end with the record. */
    public static int tagsOffset(byte[] buffer, int record) {
        return qualityOffset(buffer, record) + sequenceLength(buffer, record);
    }

    /**
     * Whether the record has a reference and a position. One that lacks either belongs to no region, as in a BAM index, and
     * counts as unplaced. Says nothing about being mapped: an unmapped read stands at its mate's place.
     */
    public static boolean isPlaced(byte[] buffer, int record) {
        return referenceIndex(buffer, record) >= 0 && start(buffer, record) >= 0;
    }

    /**
     * Index of the CG tag that holds the record's true CIGAR (an array of its operations), or -1 if the CIGAR field does.
     * The conditions are those of htslib 1.16: placed, the first operation clips the whole read, the first CG tag is an
     * array of 32-bit integers and not shorter than the CIGAR field.
     */
    public static int cigarTag(byte[] buffer, int record) {
        int count = cigarLength(buffer, record);
        if (count == 0 || !isPlaced(buffer, record)) {
            return -1;
        }
        int first = int32(buffer, cigarOffset(buffer, record));
        if ((first & 0xF) != CIGAR_SOFT_CLIP || first >>> 4 != sequenceLength(buffer, record)) {
            return -1;
        }
        int tag = SamTags.find(buffer, record, SamTags.name('C', 'G'));
        if (tag < 0
                || SamTags.type(buffer, tag) != 'B'
                || "Ii".indexOf(SamTags.elementType(buffer, tag)) < 0
                || SamTags.elementCount(buffer, tag) < count) {
            return -1;
        }
        return tag;
    }

    public static boolean isUnmapped(byte[] buffer, int record) {
        return (flags(buffer, record) & SamFlags.UNMAPPED) != 0;
    }

    /**
     * 0-based position after the last reference base that the record covers, as samtools and htsjdk decide overlaps: a
     * record that is unmapped, or whose CIGAR covers no reference base, covers one base. A CIGAR of more than 65,535
     * operations is read from the CG tag (SAMv1 § 4.2.2). At most 2^31-1.
     */
    public static int alignmentEnd(byte[] buffer, int record) {
        return (int) Math.min(Integer.MAX_VALUE, unlimitedAlignmentEnd(buffer, record));
    }

    /** The same, also above 2^31-1, where a read ends that begins at the last positions of a BAM. */
    public static long unlimitedAlignmentEnd(byte[] buffer, int record) {
        long span = isUnmapped(buffer, record) ? 0 : referenceSpan(buffer, record);
        return start(buffer, record) + Math.max(1, span);
    }

    /** Reference bases that the CIGAR covers, 0 without one. The placeholder of a CG tag has the true span in its N. */
    private static long referenceSpan(byte[] buffer, int record) {
        int count = cigarLength(buffer, record);
        int at = cigarOffset(buffer, record);
        long span = 0;
        for (int i = 0; i < count; i++) {
            int operation = int32(buffer, at + 4 * i);
            if ((CONSUMES_REFERENCE >>> (operation & 0xF) & 1) != 0) {
                span += operation >>> 4;
            }
        }
        return span;
    }

    /** BIN as SAMv1 § 4.2.1 computes it for a 0-based half-open alignment; start -1 gives 4680. */
    public static int computedBin(int start, int end) {
        int last = end - 1;
        if (start >> 14 == last >> 14) {
            return ((1 << 15) - 1) / 7 + (start >> 14) & 0xFFFF;
        }
        if (start >> 17 == last >> 17) {
            return ((1 << 12) - 1) / 7 + (start >> 17) & 0xFFFF;
        }
        if (start >> 20 == last >> 20) {
            return ((1 << 9) - 1) / 7 + (start >> 20) & 0xFFFF;
        }
        if (start >> 23 == last >> 23) {
            return ((1 << 6) - 1) / 7 + (start >> 23) & 0xFFFF;
        }
        if (start >> 26 == last >> 26) {
            return ((1 << 3) - 1) / 7 + (start >> 26) & 0xFFFF;
        }
        return 0;
    }
}
