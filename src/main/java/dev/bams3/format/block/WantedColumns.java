package dev.bams3.format.block;

import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import java.util.Set;

/**
 * The columns of a block that are rebuilt. FLAG, RNAME and POS always are: they cost little, and the other columns are stored
 * relative to them.
 */
final class WantedColumns {
    static final WantedColumns ALL = new WantedColumns(RecordColumns.ALL);

    final boolean names;
    final boolean cigar;
    final boolean mappingQuality;
    final boolean templateLength;
    final boolean sequence;
    final boolean qualities;
    final boolean tags;
    /** RNEXT, PNEXT or TLEN, each of which needs the links between mates. */
    final boolean mates;

    final boolean all;
    private final RecordColumns columns;

    WantedColumns(RecordColumns columns) {
        this.columns = columns;
        Set<RecordField> fields = columns.fields();
        names = fields.contains(RecordField.QNAME);
        cigar = fields.contains(RecordField.CIGAR);
        mappingQuality = fields.contains(RecordField.MAPQ);
        templateLength = fields.contains(RecordField.TLEN);
        sequence = fields.contains(RecordField.SEQ);
        qualities = fields.contains(RecordField.QUAL);
        mates = templateLength || fields.contains(RecordField.RNEXT) || fields.contains(RecordField.PNEXT);
        tags = columns.tags().isEmpty() || !columns.tags().get().isEmpty();
        all = columns.isAll();
    }

    /** Whether these are the columns that the object was made of. */
    boolean areOf(RecordColumns others) {
        return columns.equals(others);
    }

    /** Whether CIGARs are read: for themselves, for alignment ends, or for where the bases of SEQ lie. */
    boolean cigarStreams() {
        return cigar || templateLength || sequence;
    }

    /** Whether the records have SEQ and QUAL; one of them may be blank. */
    boolean bases() {
        return sequence || qualities;
    }

    boolean tag(int first, int second) {
        String name = String.valueOf(new char[] {(char) first, (char) second});
        return columns.tags().map(some -> some.contains(name)).orElse(true)
                && !columns.noTags().contains(name);
    }
}
