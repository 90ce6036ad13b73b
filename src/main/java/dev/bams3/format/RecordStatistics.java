package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums up the blocks of a dataset, in file order: totals of each reference, flagstat and digest. Used by one thread.
 */
public final class RecordStatistics {
    private static final int MAPPED = 0;
    private static final int UNMAPPED = 1;
    private static final int BASES = 2;
    private static final int RAW_BYTES = 3;

    /** Rows by reference, the last for the unplaced reads. */
    private final long[][] counts;

    private Flagstat flagstat = Flagstat.NONE;
    private StreamDigest digest = StreamDigest.EMPTY;

    /** @param references how many the dataset has */
    public RecordStatistics(int references) {
        counts = new long[4][references + 1];
    }

    public void add(EncodedBlock block) {
        add(block.reads(), block.digest(), block.flagstat());
    }

    /** Adds the records of several blocks together, by what was noted of them when they were made. */
    public void add(List<ReferenceReads> reads, StreamDigest partDigest, Flagstat partFlagstat) {
        for (ReferenceReads each : reads) {
            int row = row(each.reference());
            counts[MAPPED][row] += each.totals().mapped();
            counts[UNMAPPED][row] += each.totals().unmapped();
            counts[BASES][row] += each.totals().bases();
            counts[RAW_BYTES][row] += each.totals().rawBytes();
        }
        flagstat = flagstat.plus(partFlagstat);
        digest = digest.then(partDigest);
    }

    private int row(int reference) {
        return reference == Bams3Format.UNPLACED ? counts[MAPPED].length - 1 : reference;
    }

    /** Totals of one reference, or of the unplaced reads for {@link Bams3Format#UNPLACED}. */
    public ReadsTotals totals(int reference) {
        int row = row(reference);
        return new ReadsTotals(counts[MAPPED][row], counts[UNMAPPED][row], counts[BASES][row], counts[RAW_BYTES][row]);
    }

    /** Totals of all references, in their order. */
    public List<ReadsTotals> totals() {
        List<ReadsTotals> all = new ArrayList<>();
        for (int reference = 0; reference < counts[MAPPED].length - 1; reference++) {
            all.add(totals(reference));
        }
        return all;
    }

    /** SEQ bases of all records. */
    public long bases() {
        long bases = 0;
        for (long each : counts[BASES]) {
            bases += each;
        }
        return bases;
    }

    public Flagstat flagstat() {
        return flagstat;
    }

    public StreamDigest digest() {
        return digest;
    }

    @Override
    public String toString() {
        return digest + ", " + flagstat;
    }
}
