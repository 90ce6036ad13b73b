package dev.bams3.query;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.query.RecordFilter.Kept;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A view made concrete for one dataset: what happens to the records of a block between decoding and encoding. */
final class ViewedDataset {
    private final @Nullable RecordMatcher matcher;
    private final RecordColumns columns;
    private final @Nullable ColumnMask mask;
    private final DecodedColumns decoded;
    private final RecordCriteria criteria;
    private final long limit;
    private final int references;

    /**
     * @param regions whether the selection is one of regions
     * @throws dev.bams3.error.ReadsException NOT_FOUND for a sample or read group that the header does not have
     */
    ViewedDataset(RecordView view, OpenDataset dataset, boolean regions) {
        references = dataset.references().size();
        List<ReadGroup> groups = dataset.metadata().readGroups();
        matcher = view.criteria().equals(RecordCriteria.NONE) ? null : new RecordMatcher(view.criteria(), groups);
        criteria = view.criteria();
        columns = view.columns();
        decoded = DecodedColumns.of(ColumnMask.shown(columns, regions), criteria);
        mask = columns.isAll() ? null : new ColumnMask(columns, regions);
        limit = view.limit().orElse(Long.MAX_VALUE);
    }

    /** @param shown columns that are looked at; no others need to be right */
    private ViewedDataset(ViewedDataset of, RecordColumns shown) {
        references = of.references;
        matcher = of.matcher;
        criteria = of.criteria;
        columns = of.columns;
        limit = of.limit;
        decoded = DecodedColumns.of(shown, criteria);
        mask = null;
    }

    /**
     * Returns the view of an encoder that looks at some columns and no others, whatever columns were asked for. The others
     * need not be what the dataset has, nor what an answer may show.
     */
    ViewedDataset lookingAt(RecordColumns shown) {
        return new ViewedDataset(this, shown);
    }

    /** Returns the columns that blocks are decoded to. */
    DecodedColumns decoded() {
        return decoded;
    }

    /**
     * A view of a cohort's member without a limit, which is one of all members together. Records keep the columns of requests
     * with regions, because they are merged by their places.
     *
     * @param matcher null where every record is wanted
     */
    ViewedDataset(@Nullable RecordMatcher matcher, RecordCriteria criteria, RecordColumns columns, int references) {
        this.matcher = matcher;
        this.criteria = criteria;
        this.columns = columns;
        decoded = DecodedColumns.of(ColumnMask.shown(columns, true), criteria);
        mask = columns.isAll() ? null : new ColumnMask(columns, true);
        limit = Long.MAX_VALUE;
        this.references = references;
    }

    /** Returns the columns that were asked for; records may have more. */
    RecordColumns columns() {
        return columns;
    }

    /** Returns the number of references of the dataset. */
    int references() {
        return references;
    }

    /** Whether records may be dropped whatever their place. */
    boolean filters() {
        return matcher != null;
    }

    /** Most records of the answer; {@code Long.MAX_VALUE} for no limit. */
    long limit() {
        return limit;
    }

    boolean isLimited() {
        return limit != Long.MAX_VALUE;
    }

    /**
     * Checks what encoders and filters rely on, so that none of them reads behind the end of a record: a dataset may hold records
     * that its writer did not check.
     *
     * @param object name of the chunk object, for messages
     * @param entry of the block
     * @param records at the front of the array
     * @param end bytes of them
     * @param wellFormed whether lengths inside the records are known to agree
     * @throws ReadsException CORRUPT naming the record
     */
    void check(String object, BlockEntry entry, byte[] records, int end, boolean wellFormed) {
        int at = 0;
        int count = 0;
        while (at < end) {
            @Nullable String problem = wellFormed ? null : BamRecordCheck.problem(records, at, end - at);
            if (problem == null
                    && (isNoReference(BamRecord.referenceIndex(records, at))
                            || isNoReference(BamRecord.mateReferenceIndex(records, at)))) {
                problem = "names a reference that is not among the " + references + " of the dataset";
            }
            if (problem != null) {
                throw ReadsException.corrupt(
                        object, entry.offset(), "record", "record " + count + " of the block: " + problem);
            }
            at += BamRecord.length(records, at);
            count++;
        }
        if (count != entry.records()) {
            throw ReadsException.corrupt(
                    object, entry.offset(), "records", count + " in the block, not " + entry.records());
        }
    }

    private boolean isNoReference(int reference) {
        return reference < BamRecord.NO_REFERENCE || reference >= references;
    }

    /**
     * What is left of some records, at the front of their array.
     *
     * @param records overwritten
     * @param kept bytes and number of the records before
     */
    Kept apply(byte[] records, Kept kept) {
        Kept matching = matcher == null ? kept : matching(matcher, records, kept.length());
        return mask == null ? matching : new Kept(mask.apply(records, matching.length()), matching.records());
    }

    private static Kept matching(RecordMatcher matcher, byte[] records, int length) {
        int to = 0;
        int count = 0;
        int at = 0;
        while (at < length) {
            int next = at + BamRecord.length(records, at);
            if (matcher.matches(records, at)) {
                System.arraycopy(records, at, records, to, next - at);
                to += next - at;
                count++;
            }
            at = next;
        }
        return new Kept(to, count);
    }
}
