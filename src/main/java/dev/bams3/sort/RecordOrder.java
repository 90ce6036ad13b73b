package dev.bams3.sort;

import dev.bams3.sam.BamRecord;

/** Coordinate order: by reference index, then start; reads without a reference last, in the order they have. */
public final class RecordOrder {
    private static final long UNPLACED = Long.MAX_VALUE;

    private RecordOrder() {}

    /** A number that sorts as the record does. A start of -1 comes before 0. */
    public static long key(byte[] buffer, int record) {
        return key(BamRecord.referenceIndex(buffer, record), BamRecord.start(buffer, record));
    }

    /** Returns the key of the record at an offset. */
    public static long key(int reference, int start) {
        return reference < 0 ? UNPLACED : (long) reference << 32 | (start + 1L);
    }
}
