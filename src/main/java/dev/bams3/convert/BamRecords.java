package dev.bams3.convert;

import dev.bams3.bam.BamReader;
import dev.bams3.sam.SamHeader;

/** The records of a BAM that is inflated on all cores. */
final class BamRecords implements RecordSource {
    private final ParallelInflater inflater;
    private final BamReader reader;

    /** @param inflater closed with this, and at once when the header cannot be read */
    BamRecords(ParallelInflater inflater, int maxRecordLength) {
        this.inflater = inflater;
        try {
            reader = new BamReader(inflater, maxRecordLength);
        } catch (RuntimeException e) {
            inflater.close();
            throw e;
        }
    }

    @Override
    public SamHeader header() {
        return reader.header();
    }

    @Override
    public boolean next() {
        return reader.next();
    }

    @Override
    public byte[] buffer() {
        return reader.buffer();
    }

    @Override
    public int offset() {
        return reader.offset();
    }

    @Override
    public int length() {
        return reader.length();
    }

    @Override
    public void close() {
        inflater.close();
    }
}
