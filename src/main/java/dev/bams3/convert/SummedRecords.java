package dev.bams3.convert;

import dev.bams3.sam.SamHeader;
import dev.bams3.source.RecordSource;

/** Passes records on and sums them up. */
final class SummedRecords implements RecordSource {
    private final RecordSource records;
    private final RecordSum sum = new RecordSum();

    /** @param records stays the caller's */
    SummedRecords(RecordSource records) {
        this.records = records;
    }

    /** Returns the totals of the records passed so far. */
    RecordSum sum() {
        return sum;
    }

    @Override
    public SamHeader header() {
        return records.header();
    }

    @Override
    public boolean next() {
        if (!records.next()) {
            return false;
        }
        sum.add(records.buffer(), records.offset(), records.length());
        return true;
    }

    @Override
    public byte[] buffer() {
        return records.buffer();
    }

    @Override
    public int offset() {
        return records.offset();
    }

    @Override
    public int length() {
        return records.length();
    }

    @Override
    public void close() {}
}
