package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.sam.AlignedRuns;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** The form of an answer that has no bytes, only the aligned bases over each bin, as {@link AlignedRuns} counts them. */
final class DepthCounter implements RecordEncoder {
    private static final EncodedBytes NONE = new EncodedBytes(new byte[0], 0);

    /** Columns that it looks at. */
    static final RecordColumns COLUMNS = new RecordColumns(
            EnumSet.of(RecordField.FLAG, RecordField.RNAME, RecordField.POS, RecordField.CIGAR),
            Optional.of(List.of()),
            List.of());

    private final Bins bins;
    private final long[] bases;

    DepthCounter(Bins bins) {
        this.bins = bins;
        bases = new long[bins.count()];
    }

    @Override
    public void block(byte[] records, int offset, int length, OutputBuffer out) {
        long[] ofBlock = new long[bases.length];
        int end = offset + length;
        for (int at = offset; at < end; at += BamRecord.length(records, at)) {
            AlignedRuns.of(records, at, (int) bins.region().end(), (from, to) -> add(from, to, ofBlock));
        }
        synchronized (bases) {
            for (int bin = 0; bin < bases.length; bin++) {
                bases[bin] += ofBlock[bin];
            }
        }
    }

    private void add(int from, int to, long[] ofBlock) {
        int start = Math.max(from, (int) bins.region().start());
        int end = Math.min(to, (int) bins.region().end());
        if (start >= end) {
            return;
        }
        int bin = bins.at(start);
        while (start < end) {
            int edge = Math.min(end, bins.edge(bin + 1));
            ofBlock[bin++] += edge - start;
            start = edge;
        }
    }

    /** Aligned bases over each bin, of all blocks that were counted. */
    double[] bases() {
        double[] sums = new double[bases.length];
        synchronized (bases) {
            for (int bin = 0; bin < sums.length; bin++) {
                sums[bin] = bases[bin];
            }
        }
        return sums;
    }

    @Override
    public EncodedBytes header() {
        return NONE;
    }

    @Override
    public EncodedBytes end(long records) {
        return NONE;
    }
}
