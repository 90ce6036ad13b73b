package dev.bams3.query;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.SamFlags;
import dev.bams3.sam.SamTags;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Replaces columns of BAM records that were not asked for by SAM's values for what is missing, in place. The records stay
 * sound BAM (SAMv1 § 4.2, 2024-11-06), for which some columns stay although they were not asked for:
 *
 * <ul>
 *   <li>SEQ with QUAL, whose length it has; without both, {@code l_seq} is 0;
 *   <li>RNAME, POS and the CG tag of a record whose CIGAR has more than 65,535 operations, with CIGAR: a reader finds that
 *       CIGAR only in a placed record;
 *   <li>FLAG, RNAME, POS and CIGAR where regions were asked for, because every viewer looks once more whether a record
 *       overlaps its window.
 * </ul>
 *
 * Without FLAG a record is mapped if its place and CIGAR are left, else unmapped; without MAPQ, that is 0 for an unmapped
 * record, as SAM recommends and htsjdk requires. A name of no characters stays, there is nothing shorter. BIN is that of the
 * columns that are left.
 */
final class ColumnMask {
    private static final Set<RecordField> OF_PLACE =
            EnumSet.of(RecordField.FLAG, RecordField.RNAME, RecordField.POS, RecordField.CIGAR);
    private static final int UNKNOWN_MAPPING_QUALITY = 255;
    private static final int CIGAR_SOFT_CLIP = 4;

    private final boolean name;
    private final boolean flag;
    private final boolean reference;
    private final boolean position;
    private final boolean mappingQuality;
    private final boolean cigar;
    private final boolean mateReference;
    private final boolean matePosition;
    private final boolean templateLength;
    private final boolean sequence;
    private final boolean qualities;
    private final boolean allTags;
    private final boolean[] tags = new boolean[1 << 16];
    private final boolean placeIsWhole;

    /**
     * Returns the columns that stay, because they were asked for or for the sake of those.
     *
     * @param regions whether the selection is one of regions
     */
    static RecordColumns shown(RecordColumns columns, boolean regions) {
        EnumSet<RecordField> wanted = EnumSet.noneOf(RecordField.class);
        wanted.addAll(columns.fields());
        if (regions) {
            wanted.addAll(OF_PLACE);
        }
        if (wanted.contains(RecordField.QUAL)) {
            wanted.add(RecordField.SEQ);
        }
        return new RecordColumns(wanted, columns.tags(), columns.noTags());
    }

    /** @param regions whether the selection is one of regions */
    ColumnMask(RecordColumns columns, boolean regions) {
        Set<RecordField> wanted = shown(columns, regions).fields();
        name = wanted.contains(RecordField.QNAME);
        flag = wanted.contains(RecordField.FLAG);
        reference = wanted.contains(RecordField.RNAME);
        position = wanted.contains(RecordField.POS);
        mappingQuality = wanted.contains(RecordField.MAPQ);
        cigar = wanted.contains(RecordField.CIGAR);
        mateReference = wanted.contains(RecordField.RNEXT);
        matePosition = wanted.contains(RecordField.PNEXT);
        templateLength = wanted.contains(RecordField.TLEN);
        qualities = wanted.contains(RecordField.QUAL);
        sequence = wanted.contains(RecordField.SEQ);
        placeIsWhole = wanted.containsAll(OF_PLACE);
        allTags = columns.tags().isEmpty() && columns.noTags().isEmpty();
        if (columns.tags().isEmpty()) {
            Arrays.fill(tags, true);
        }
        set(columns.tags().orElse(List.of()), true);
        set(columns.noTags(), false);
    }

    private void set(List<String> names, boolean value) {
        for (String tag : names) {
            tags[SamTags.name(tag.charAt(0), tag.charAt(1))] = value;
        }
    }

    /**
     * @param records sound BAM records from index 0, back to back; overwritten
     * @param length bytes of all of them
     * @return bytes that they have afterwards, from index 0; never more
     */
    int apply(byte[] records, int length) {
        int to = 0;
        int at = 0;
        while (at < length) {
            int next = at + BamRecord.length(records, at);
            to = move(records, at, next, to);
            at = next;
        }
        return to;
    }

    /** Every part goes to where it was or before, so the parts after it are still whole when they are read. */
    private int move(byte[] b, int from, int end, int to) {
        int cigarTag = BamRecord.cigarTag(b, from);
        boolean keepsPlace = cigarTag >= 0 && cigar;
        int nameLength = BamRecord.nameLength(b, from);
        int operations = BamRecord.cigarLength(b, from);
        int bases = BamRecord.sequenceLength(b, from);
        int nameAt = BamRecord.nameOffset(from);
        int cigarAt = BamRecord.cigarOffset(b, from);
        int sequenceAt = cigarAt + 4 * operations;
        int qualityAt = sequenceAt + (bases + 1) / 2;
        int tagsAt = qualityAt + bases;
        int bin = BamRecord.bin(b, from);
        int newReference = reference || keepsPlace ? BamRecord.referenceIndex(b, from) : BamRecord.NO_REFERENCE;
        int newStart = position || keepsPlace ? BamRecord.start(b, from) : -1;
        boolean placed = newReference >= 0 && newStart >= 0 && cigar && !BamRecord.isUnmapped(b, from);
        int flags = flag ? BamRecord.flags(b, from) : placed ? 0 : SamFlags.UNMAPPED;
        int unknownQuality = (flags & SamFlags.UNMAPPED) == 0 ? UNKNOWN_MAPPING_QUALITY : 0;
        int quality = mappingQuality ? BamRecord.mappingQuality(b, from) : unknownQuality;
        int mate = mateReference ? BamRecord.mateReferenceIndex(b, from) : BamRecord.NO_REFERENCE;
        int mateStart = matePosition ? BamRecord.mateStart(b, from) : -1;
        int template = templateLength ? BamRecord.templateLength(b, from) : 0;
        int newNameLength = name ? nameLength : Math.min(nameLength, 2);
        int newOperations = cigar ? operations : 0;
        int newBases = sequence ? bases : 0;
        // All that is read of the old fixed fields was read: the new ones may lie over them.
        putInt(b, to + 4, newReference);
        putInt(b, to + 8, newStart);
        putInt(b, to + 12, newNameLength | quality << 8 | bin << 16);
        putInt(b, to + 16, newOperations | flags << 16);
        putInt(b, to + 20, newBases);
        putInt(b, to + 24, mate);
        putInt(b, to + 28, mateStart);
        putInt(b, to + 32, template);
        int next = to + BamRecord.FIXED_LENGTH;
        if (name || nameLength == 1) {
            System.arraycopy(b, nameAt, b, next, nameLength);
        } else {
            b[next] = '*';
            b[next + 1] = 0;
        }
        next += newNameLength;
        if (cigar) {
            System.arraycopy(b, cigarAt, b, next, 4 * operations);
            if (cigarTag >= 0 && !sequence) {
                // The placeholder of a CG tag clips the whole read, which has no bases any more.
                putInt(b, next, CIGAR_SOFT_CLIP);
            }
            next += 4 * operations;
        }
        if (sequence) {
            System.arraycopy(b, sequenceAt, b, next, (bases + 1) / 2);
            next += (bases + 1) / 2;
            if (qualities) {
                System.arraycopy(b, qualityAt, b, next, bases);
            } else {
                Arrays.fill(b, next, next + bases, (byte) 0xFF);
            }
            next += bases;
        }
        next = moveTags(b, tagsAt, end, cigarTag, next);
        putInt(b, to, next - to - 4);
        if (!placeIsWhole) {
            int newBin = BamRecord.computedBin(newStart, BamRecord.alignmentEnd(b, to));
            putInt(b, to + 12, newNameLength | quality << 8 | newBin << 16);
        }
        return next;
    }

    private int moveTags(byte[] b, int from, int end, int cigarTag, int to) {
        if (allTags && (cigarTag < 0 || cigar)) {
            System.arraycopy(b, from, b, to, end - from);
            return to + end - from;
        }
        int next = to;
        int tag = from;
        while (tag < end) {
            int after = SamTags.end(b, tag);
            if (tag == cigarTag ? cigar : tags[SamTags.nameAt(b, tag)]) {
                System.arraycopy(b, tag, b, next, after - tag);
                next += after - tag;
            }
            tag = after;
        }
        return next;
    }

    private static void putInt(byte[] b, int at, int value) {
        b[at] = (byte) value;
        b[at + 1] = (byte) (value >>> 8);
        b[at + 2] = (byte) (value >>> 16);
        b[at + 3] = (byte) (value >>> 24);
    }
}
