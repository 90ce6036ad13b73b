package dev.bams3.sam;

import dev.bams3.genome.ReferenceDictionary;
import org.jspecify.annotations.Nullable;

/**
 * Check of one BAM record, made where bytes from outside become a record. Afterwards {@link BamRecord} and
 * {@link SamTags} stay inside the record whatever it says.
 */
public final class BamRecordCheck {
    private static final int MAX_CIGAR_OPERATION = 8;

    private BamRecordCheck() {}

    /**
     * Checks that the lengths inside the record agree with {@code block_size}, that the name ends with its only NUL, that
     * CIGAR operations exist and that every tag is sound and the last ends with the record. Never throws, whatever the
     * bytes are.
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
        if (SamTags.findNul(buffer, BamRecord.nameOffset(record), nameEnd) != nameEnd - 1) {
            return "read_name: one NUL expected, at its end";
        }
        int cigar = BamRecord.cigarOffset(buffer, record);
        for (int i = 0; i < cigarLength; i++) {
            int operation = BamRecord.int32(buffer, cigar + 4 * i) & 0xF;
            if (operation > MAX_CIGAR_OPERATION) {
                return "cigar: operation " + i + " has the unknown code " + operation;
            }
        }
        return SamTags.problem(buffer, BamRecord.tagsOffset(buffer, record), end);
    }

    /**
     * Checks that the record's references exist and that its own position lies on its reference. A mate's position past the
     * end of its reference is let through: real files have such, after references were cut.
     *
     * @param record a sound record
     * @return null, or what is wrong, naming the field
     */
    public static @Nullable String placementProblem(byte[] buffer, int record, ReferenceDictionary references) {
        int reference = BamRecord.referenceIndex(buffer, record);
        int start = BamRecord.start(buffer, record);
        @Nullable String problem = reference("refID", reference, "pos", start, references);
        if (problem != null) {
            return problem;
        }
        if (reference >= 0 && start >= references.get(reference).length()) {
            return "pos " + start + " (0-based) is past the end of '"
                    + references.get(reference).name() + "', "
                    + references.get(reference).length() + " bases long";
        }
        return reference(
                "next_refID",
                BamRecord.mateReferenceIndex(buffer, record),
                "next_pos",
                BamRecord.mateStart(buffer, record),
                references);
    }

    private static @Nullable String reference(
            String idField, int id, String startField, int start, ReferenceDictionary references) {
        if (id < BamRecord.NO_REFERENCE || id >= references.size()) {
            return idField + " " + id + " is not one of the header's " + references.size() + " references";
        }
        return start < -1 ? startField + " " + start + " is less than -1" : null;
    }
}
