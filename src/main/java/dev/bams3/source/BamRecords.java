package dev.bams3.source;

import dev.bams3.bam.BamReader;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.sam.SamHeader;

/** The records of a BAM that is inflated on all cores. */
public final class BamRecords implements RecordSource {
    private static final MemoryLimits LIMITS = MemoryLimits.ofProcess();

    /** Longest BAM record that is accepted, bytes. */
    public static final int MAX_RECORD_LENGTH = Math.min(256 << 20, LIMITS.block());

    /** Most memory that a header may take, as {@link MemoryLimits#headerBytes} counts it. */
    static final long MAX_HEADER_BYTES = LIMITS.header();

    private final ParallelInflater inflater;
    private final BamReader reader;

    /**
     * All records of a file.
     *
     * @param inflater of all of it; closed with this, and at once when the header cannot be read
     */
    BamRecords(ParallelInflater inflater, int maxRecordLength) {
        this.inflater = inflater;
        try {
            reader = new BamReader(inflater, maxRecordLength, MAX_HEADER_BYTES);
        } catch (RuntimeException e) {
            inflater.close();
            throw e;
        }
    }

    /**
     * Records of a part of a file.
     *
     * @param inflater of that part; closed with this
     */
    BamRecords(ParallelInflater inflater, SamHeader header, int maxRecordLength) {
        this.inflater = inflater;
        reader = new BamReader(inflater, header, maxRecordLength);
    }

    @Override
    public long virtualOffset() {
        return inflater.virtualOffset(reader.position()).packed();
    }

    @Override
    public SamHeader header() {
        return reader.header();
    }

    @Override
    public boolean next() {
        try {
            return reader.next();
        } catch (ReadsException e) {
            throw inflater.explained(e);
        }
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
