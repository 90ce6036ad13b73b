package dev.bams3.format;

import dev.bams3.format.DatasetMetadata.ReadsTotals;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Sums up the blocks of a dataset while it is written, in file order: per-reference totals, flagstat and digest. Used by
 * one thread.
 */
public final class RecordStatistics {
    private static final int MAPPED = 0;
    private static final int UNMAPPED = 1;
    private static final int BASES = 2;
    private static final int RAW_BYTES = 3;
    private static final int STORED_BYTES = 4;
    private static final int BLOCKS = 5;
    private static final int COUNTS = 6;

    /** One row for each reference, the last for the unplaced reads. */
    private final long[][] counts;

    private Flagstat flagstat = Flagstat.NONE;
    private StreamDigest digest = StreamDigest.EMPTY;

    /** @param references how many the dataset has */
    public RecordStatistics(int references) {
        counts = new long[references + 1][];
    }

    public void add(EncodedBlock block) {
        long[] row = row(block.reference());
        addMapped(row, block.reference(), block.digest(), block.flagstat());
        row[BASES] += block.bases();
        row[RAW_BYTES] += block.digest().bytes();
        row[STORED_BYTES] += block.stored().length;
        row[BLOCKS]++;
        flagstat = flagstat.plus(block.flagstat());
        digest = digest.then(block.digest());
    }

    /**
     * Adds the blocks of one reference together, by what was noted of them when they were made.
     */
    public void add(int reference, List<BlockEntry> blocks, StreamDigest blockDigest, Flagstat blockFlagstat) {
        long[] row = row(reference);
        addMapped(row, reference, blockDigest, blockFlagstat);
        row[RAW_BYTES] += blockDigest.bytes();
        for (BlockEntry block : blocks) {
            row[BASES] += block.bases();
            row[STORED_BYTES] += block.storedLength();
            row[BLOCKS]++;
        }
        flagstat = flagstat.plus(blockFlagstat);
        digest = digest.then(blockDigest);
    }

    /** Without a reference no read counts as mapped, whatever its FLAG says, as in `samtools idxstats`. */
    private static void addMapped(long[] row, int reference, StreamDigest digest, Flagstat flagstat) {
        long mapped = reference == Bams3Format.UNPLACED ? 0 : flagstat.count(Flagstat.Category.MAPPED);
        row[MAPPED] += mapped;
        row[UNMAPPED] += digest.records() - mapped;
    }

    private long[] row(int reference) {
        int index = reference == Bams3Format.UNPLACED ? counts.length - 1 : reference;
        if (counts[index] == null) {
            counts[index] = new long[COUNTS];
        }
        return counts[index];
    }

    /** Totals of one reference ({@link Bams3Format#UNPLACED} for the unplaced reads), whose index section is given. */
    public ReadsTotals totals(int reference, Optional<StoredRange> section) {
        long[] row = row(reference);
        return new ReadsTotals(
                row[MAPPED],
                row[UNMAPPED],
                row[BASES],
                row[RAW_BYTES],
                row[STORED_BYTES],
                Math.toIntExact(row[BLOCKS]),
                section);
    }

    public Flagstat flagstat() {
        return flagstat;
    }

    public StreamDigest digest() {
        return digest;
    }

    @Override
    public String toString() {
        return digest + ", " + Arrays.stream(counts).filter(row -> row != null).count() + " references with reads";
    }
}
