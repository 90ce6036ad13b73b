package dev.bams3.sam;

import java.util.OptionalLong;

/**
 * What of the selected records an answer has: which of them, which of their columns, and how many at most.
 *
 * @param criteria that records must meet
 * @param columns of each
 * @param limit records, the first in file order; 1 or more
 */
public record RecordView(RecordCriteria criteria, RecordColumns columns, OptionalLong limit) {
    /** Every record, whole. */
    public static final RecordView ALL = new RecordView(RecordCriteria.NONE, RecordColumns.ALL, OptionalLong.empty());
}
