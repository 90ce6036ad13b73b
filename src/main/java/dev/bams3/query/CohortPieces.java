package dev.bams3.query;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.Stretch;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.sam.BamRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The answer of a cohort cut into stretches of places, at beginnings of blocks, each with about as many bytes of records. It
 * follows from the plans alone.
 */
final class CohortPieces {
    /** Uncompressed bytes of records of a piece, where it can be. */
    private static final long USUAL = 4 << 20;

    private final List<Piece> pieces = new ArrayList<>();

    /**
     * A stretch.
     *
     * @param from first place in it; see {@link #place}
     * @param rawBytes of records that are probably in it
     * @param bamBytes that these probably have as BAM, at level 1 or more
     * @param surelyHasRecords whether a block begins in it whose records are all wanted
     */
    private record Piece(long from, long rawBytes, long bamBytes, boolean surelyHasRecords) {}

    private record Begin(long place, PlannedBlock block) {}

    CohortPieces(List<CohortPart> parts) {
        List<Begin> begins = new ArrayList<>();
        for (CohortPart part : parts) {
            for (PlannedBlock block : part.plan().blocks()) {
                begins.add(new Begin(firstPlace(block.entry()), block));
            }
        }
        begins.sort(Comparator.comparingLong(Begin::place));
        long from = 0;
        long raw = 0;
        long bam = 0;
        boolean sure = false;
        for (Begin begin : begins) {
            if (raw >= USUAL && begin.place > from) {
                pieces.add(new Piece(from, raw, bam, sure));
                from = begin.place;
                raw = 0;
                bam = 0;
                sure = false;
            }
            raw += begin.block.estimatedRawBytes();
            bam += OpenRead.estimatedBamBytes(begin.block, 1);
            sure |= begin.block.isWhole();
        }
        if (!begins.isEmpty()) {
            pieces.add(new Piece(from, raw, bam, sure));
        }
    }

    /** A number that sorts as a record does in its dataset: by reference and start, unplaced reads last. */
    static long place(byte[] records, int record) {
        return place(BamRecord.referenceIndex(records, record), BamRecord.start(records, record));
    }

    static long firstPlace(BlockEntry block) {
        return place(block.firstReference(), block.firstStart());
    }

    static long lastPlace(BlockEntry block) {
        return place(block.lastReference(), block.lastStart());
    }

    private static long place(int reference, int start) {
        return (long) Stretch.rank(reference) << 32 | (reference < 0 ? 0 : start + 1L);
    }

    int count() {
        return pieces.size();
    }

    /** First place of a piece; behind the last piece, a place behind all. */
    long from(int piece) {
        return piece < pieces.size() ? pieces.get(piece).from() : Long.MAX_VALUE;
    }

    long rawBytes(int piece) {
        return pieces.get(piece).rawBytes();
    }

    /** @param level of compression */
    long bamBytes(int piece, int level) {
        return level == 0 ? pieces.get(piece).rawBytes() : pieces.get(piece).bamBytes();
    }

    boolean surelyHasRecords(int piece) {
        return pieces.get(piece).surelyHasRecords();
    }
}
