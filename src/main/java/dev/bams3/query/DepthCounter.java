package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.SamFlags;
import dev.bams3.sam.SamTags;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The form of an answer that has no bytes, only the aligned bases over each bin. Counts what `samtools depth` counts: M, =
 * and X of the CIGAR, of reads that are neither unmapped, secondary, duplicates nor failed; supplementary ones count.
 */
final class DepthCounter implements RecordEncoder {
    private static final EncodedBytes NONE = new EncodedBytes(new byte[0], 0);
    private static final int NOT_COUNTED =
            SamFlags.UNMAPPED | SamFlags.SECONDARY | SamFlags.QC_FAIL | SamFlags.DUPLICATE;

    /** Columns that it looks at. */
    static final RecordColumns COLUMNS = new RecordColumns(
            EnumSet.of(RecordField.FLAG, RecordField.RNAME, RecordField.POS, RecordField.CIGAR),
            Optional.of(List.of()),
            List.of());

    /** Bit n is set when CIGAR operation n (MIDNSHP=X) consumes the reference: M, D, N, =, X. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    /** Of these, those with a base of the read: M, =, X. */
    private static final int ALIGNS = 0b1_1000_0001;

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
            if ((BamRecord.flags(records, at) & NOT_COUNTED) == 0) {
                count(records, at, ofBlock);
            }
        }
        synchronized (bases) {
            for (int bin = 0; bin < bases.length; bin++) {
                bases[bin] += ofBlock[bin];
            }
        }
    }

    private void count(byte[] records, int record, long[] ofBlock) {
        int tag = BamRecord.cigarTag(records, record);
        int operations = tag < 0 ? BamRecord.cigarLength(records, record) : SamTags.elementCount(records, tag);
        int cigar = tag < 0 ? BamRecord.cigarOffset(records, record) : tag + SamTags.ARRAY;
        long position = BamRecord.start(records, record);
        for (int i = 0; i < operations && position < bins.region().end(); i++) {
            int operation = BamRecord.int32(records, cigar + 4 * i);
            long next = position + (((CONSUMES_REFERENCE >>> (operation & 0xF)) & 1) == 0 ? 0 : operation >>> 4);
            if ((ALIGNS >>> (operation & 0xF) & 1) != 0) {
                add(position, next, ofBlock);
            }
            position = next;
        }
    }

    private void add(long from, long to, long[] ofBlock) {
        int start = (int) Math.max(from, bins.region().start());
        int end = (int) Math.min(to, bins.region().end());
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
