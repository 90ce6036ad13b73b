package dev.bams3.format;

/**
 * Records that stand one after the other in coordinate order, as an index knows them: where the first and the last begin, and
 * how far those of the last reference reach. Placed and unplaced records are never in one stretch.
 */
public interface Stretch {
    /** Reference index of the first record; {@link Bams3Format#UNPLACED} for unplaced reads. */
    int firstReference();

    /** 0-based start of the first record; -1 for unplaced reads. */
    int firstStart();

    /** Reference index of the last record. */
    int lastReference();

    /** 0-based start of the last record; -1 for unplaced reads. */
    int lastStart();

    /** Largest 0-based exclusive alignment end of the records of the last reference; 0 for unplaced reads. */
    int endMax();

    /** A number that sorts references as their records are sorted: the unplaced reads come last. */
    static int rank(int reference) {
        return reference & Integer.MAX_VALUE;
    }

    /** Whether it may have a record of a reference; it certainly has records of the first and the last one. */
    default boolean mayHold(int reference) {
        int rank = rank(reference);
        return rank(firstReference()) <= rank && rank <= rank(lastReference());
    }

    /** Whether all records have one reference. */
    default boolean isOfOneReference() {
        return firstReference() == lastReference();
    }

    /** Start that no record of a reference that it may have comes before. */
    default int startOn(int reference) {
        return reference == firstReference() ? firstStart() : -1;
    }

    /** Whether a record of a reference that it may have can end behind a position. */
    default boolean reaches(int reference, long position) {
        return isBehind(endOn(reference), position);
    }

    /** Whether an alignment end can be behind a position: 2^31-1 also stands for every end above it. */
    static boolean isBehind(int end, long position) {
        return end > position || end == Integer.MAX_VALUE;
    }

    /** Alignment end that no record of a reference that it may have passes; 2^31-1 where there is no such limit. */
    default int endOn(int reference) {
        return reference == lastReference() ? endMax() : Integer.MAX_VALUE;
    }
}
