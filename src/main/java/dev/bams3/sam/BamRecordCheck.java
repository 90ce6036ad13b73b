package dev.bams3.sam;

import dev.bams3.genome.ReferenceDictionary;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Check of one BAM record, made where bytes from outside become a record. Afterwards {@link BamRecord} and
 * {@link SamTags} stay inside the record whatever it says.
 */
public final class BamRecordCheck {
    private static final int MAX_CIGAR_OPERATION = 9;

    /** Bit n is set when CIGAR operation n (MIDNSHP=XB) consumes the read: M, I, S, =, X. */
    private static final int CONSUMES_READ = 0b1_1001_0011;

    private BamRecordCheck() {}

    /**
     * Checks that the lengths inside the record agree with {@code block_size}, that the name ends with a NUL, that CIGAR
     * operations exist and those of a mapped read cover its bases, and that every tag is sound and the last ends with the
     * record. Never throws, whatever the bytes are.
     *
     * @param available bytes from {@code record} to the end of the data
     * @return null for a sound record, else what is wrong, naming the field
     */
    public static @Nullable String problem(byte[] buffer, int record, int available) {
        if (available < BamRecord.FIXED_LENGTH) {
            return available + " bytes are no record";
        }
        int blockSize = BamRecord.int32(buffer, record);
        if (blockSize < BamRecord.FIXED_LENGTH - 4) {
            return "block_size " + blockSize + " is less than the 32 bytes of the fixed fields";
        }
        if (blockSize > available - 4) {
            return "block_size " + blockSize + " is more than the " + (available - 4) + " bytes that follow";
        }
        int end = record + 4 + blockSize;
        int nameLength = BamRecord.nameLength(buffer, record);
        long sequenceLength = BamRecord.sequenceLength(buffer, record);
        int cigarLength = BamRecord.cigarLength(buffer, record);
        if (nameLength == 0) {
            return "l_read_name 0: the name has at least its NUL";
        }
        if (sequenceLength < 0) {
            return "l_seq " + sequenceLength + " is negative";
        }
        long cigarEnd = (long) record + BamRecord.FIXED_LENGTH + nameLength + 4L * cigarLength;
        if (cigarEnd > end) {
            return "l_read_name " + nameLength + " and n_cigar_op " + cigarLength + " reach behind block_size "
                    + blockSize;
        }
        if (cigarEnd + (sequenceLength + 1) / 2 + sequenceLength > end) {
            return "l_seq " + sequenceLength + " reaches behind block_size " + blockSize;
        }
        int nameEnd = BamRecord.nameOffset(record) + nameLength;
        if (buffer[nameEnd - 1] != 0) {
            return "read_name: a NUL is expected at its end";
        }
        @Nullable String problem = SamTags.problem(buffer, BamRecord.tagsOffset(buffer, record), end);
        return problem != null || cigarLength == 0 ? problem : cigarProblem(buffer, record);
    }

    /** Checks the operations, and as htslib does that those of a mapped read cover its bases. */
    private static @Nullable String cigarProblem(byte[] buffer, int record) {
        int tag = BamRecord.cigarTag(buffer, record);
        int count = tag < 0 ? BamRecord.cigarLength(buffer, record) : SamTags.elementCount(buffer, tag);
        int cigar = tag < 0 ? BamRecord.cigarOffset(buffer, record) : tag + SamTags.ARRAY;
        long covered = 0;
        for (int i = 0; i < count; i++) {
            int operation = BamRecord.int32(buffer, cigar + 4 * i);
            if ((operation & 0xF) > MAX_CIGAR_OPERATION) {
                return "cigar: operation " + i + " has the unknown code " + (operation & 0xF);
            }
            if ((CONSUMES_READ >>> (operation & 0xF) & 1) != 0) {
                covered += operation >>> 4;
            }
        }
        int bases = BamRecord.sequenceLength(buffer, record);
        if (covered != bases && bases > 0 && !BamRecord.isUnmapped(buffer, record)) {
            return "cigar of read '" + name(buffer, record) + "' covers " + covered + " bases of the read, but SEQ has "
                    + bases;
        }
        return null;
    }

    private static String name(byte[] buffer, int record) {
        return new String(
                buffer, BamRecord.nameOffset(record), BamRecord.nameTextLength(buffer, record), StandardCharsets.UTF_8);
    }

    /**
     * Checks that the record's references exist and that it is not placed before its reference. Positions past the end of
     * a reference, and any position of a mate, are let through: real files have such.
     *
     * @param record a sound record
     * @return null, or what is wrong, naming the field
     */
    public static @Nullable String placementProblem(byte[] buffer, int record, ReferenceDictionary references) {
        int reference = BamRecord.referenceIndex(buffer, record);
        int start = BamRecord.start(buffer, record);
        @Nullable String problem = reference("refID", reference, references);
        if (problem == null && reference >= 0 && start < -1) {
            return "pos " + start + " is less than -1";
        }
        return problem != null
                ? problem
                : reference("next_refID", BamRecord.mateReferenceIndex(buffer, record), references);
    }

    private static @Nullable String reference(String field, int id, ReferenceDictionary references) {
        return id < BamRecord.NO_REFERENCE || id >= references.size()
                ? field + " " + id + " is not one of the header's " + references.size() + " references"
                : null;
    }
}
