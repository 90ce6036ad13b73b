package dev.bams3.source.cram;

import dev.bams3.sam.SamFlags;
import java.util.Arrays;

/** What the records of a slice say about their mates, completed once all are known, with the results of htslib. */
final class Mates {
    static final int DETACHED = 2;
    static final int DOWNSTREAM = 4;
    static final int LENGTH_STORED = 16;

    private static final int MATE_REVERSE = 1;
    private static final int MATE_UNMAPPED = 2;

    /** A template length that is yet to be computed, or is not stored. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    private static final int NONE = -1;

    private final Place place;
    private final Series.Ints mateFlagSeries;
    private final Series.Ints mateReferenceSeries;
    private final Series.Ints matePositionSeries;
    private final Series.Ints templateLengthSeries;
    private final Series.Ints distanceSeries;

    private final int[] flags;
    private final int[] references;
    private final long[] starts;
    private final long[] ends;
    private final int[] mates;
    private final int[] mateFlags;
    private final int[] mateReferences;
    private final long[] mateStarts;
    private final long[] lengths;
    private final long[] storedLengths;

    Mates(int records, CompressionHeader header, SliceBlocks slice, Place place) {
        this.place = place;
        mateFlagSeries = header.ints("MF").in(slice);
        mateReferenceSeries = header.ints("NS").in(slice);
        matePositionSeries = header.ints("NP").in(slice);
        templateLengthSeries = header.ints("TS").in(slice);
        distanceSeries = header.ints("NF").in(slice);
        flags = new int[records];
        references = new int[records];
        starts = new long[records];
        ends = new long[records];
        mates = new int[records];
        mateFlags = new int[records];
        mateReferences = new int[records];
        mateStarts = new long[records];
        lengths = new long[records];
        storedLengths = new long[records];
        Arrays.fill(mates, NONE);
        Arrays.fill(mateReferences, NONE);
        Arrays.fill(lengths, UNKNOWN);
        Arrays.fill(storedLengths, UNKNOWN);
    }

    /** Reads what stands before the name of a mate that lies elsewhere. */
    void readFlags(int record) {
        mateFlags[record] = mateFlagSeries.next();
    }

    /** Reads what stands behind the name of a mate that lies elsewhere. */
    void readPlace(int record, int referenceCount) {
        int reference = mateReferenceSeries.next();
        if (reference < NONE || reference >= referenceCount) {
            throw place.corrupt("the mate's reference " + reference + " is not one of the " + referenceCount);
        }
        mateReferences[record] = reference;
        mateStarts[record] = matePositionSeries.next();
        lengths[record] = templateLengthSeries.next();
    }

    /** Reads how far off the mate lies in the slice. */
    void readDistance(int record) {
        long mate = record + 1L + distanceSeries.next();
        if (mate <= record || mate >= flags.length) {
            throw place.corrupt("record " + record + " has its mate at " + mate + ", which is not behind it");
        }
        mates[record] = (int) mate;
    }

    void readLength(int record) {
        storedLengths[record] = templateLengthSeries.next();
    }

    void placed(int record, int recordFlags, int reference, long start, long end) {
        flags[record] = recordFlags;
        references[record] = reference;
        starts[record] = start;
        ends[record] = end;
    }

    /** The next record of the same template in the slice, of the last the first; -1 without. */
    int mate(int record) {
        return mates[record];
    }

    /** Completes all records. */
    void link() {
        for (int record = 0; record < mates.length; record++) {
            if (mates[record] >= 0) {
                if (lengths[record] == UNKNOWN) {
                    linkTemplate(record);
                }
                takeFromMate(record);
            } else {
                if ((mateFlags[record] & MATE_REVERSE) != 0) {
                    flags[record] |= SamFlags.PAIRED | SamFlags.MATE_REVERSE;
                }
                if ((mateFlags[record] & MATE_UNMAPPED) != 0) {
                    flags[record] |= SamFlags.MATE_UNMAPPED;
                }
                if ((flags[record] & SamFlags.PAIRED) == 0) {
                    mateReferences[record] = NONE;
                }
            }
            if (lengths[record] == UNKNOWN) {
                lengths[record] = 0;
            }
        }
        for (int record = 0; record < mates.length; record++) {
            if (storedLengths[record] != UNKNOWN) {
                lengths[record] = storedLengths[record];
            }
        }
    }

    private void takeFromMate(int record) {
        int mate = mates[record];
        mateStarts[record] = starts[mate];
        mateReferences[record] = references[mate];
        flags[record] |= SamFlags.PAIRED;
        if ((flags[mate] & SamFlags.UNMAPPED) != 0) {
            flags[record] |= SamFlags.MATE_UNMAPPED;
            lengths[record] = 0;
        }
        if ((flags[record] & SamFlags.UNMAPPED) != 0) {
            lengths[record] = 0;
        }
        if ((flags[mate] & SamFlags.REVERSE) != 0) {
            flags[record] |= SamFlags.MATE_REVERSE;
        }
    }

    /** Computes TLEN of all records of a template, from its leftmost to its rightmost base, and closes its circle. */
    private void linkTemplate(int first) {
        long left = starts[first];
        long right = ends[first];
        int atLeft = 0;
        int atRight = 0;
        boolean oneReference = true;
        int record = first;
        while (true) {
            if (starts[record] < left) {
                left = starts[record];
                atLeft = 1;
            } else if (starts[record] == left) {
                atLeft++;
            }
            if (ends[record] > right) {
                right = ends[record];
                atRight = 1;
            } else if (ends[record] == right) {
                atRight++;
            }
            if (mates[record] == NONE) {
                mates[record] = first;
                break;
            }
            if (mates[record] <= record) {
                throw place.corrupt("record " + record + " has a mate that is part of another template");
            }
            record = mates[record];
            oneReference &= references[record] == references[first];
        }
        long length = oneReference && references[first] != NONE ? right - left + 1 : 0;
        boolean leftmost = starts[first] == left && (ends[first] < right || atLeft <= 1);
        boolean tie = starts[first] == left && ends[first] == right && atLeft > 1 && atRight > 1;
        boolean positive = leftmost || tie && (flags[first] & SamFlags.FIRST_IN_PAIR) != 0;
        lengths[first] = positive ? length : -length;
        // The other records of the template get the opposite sign.
        long others = positive ? -length : length;
        for (record = mates[first]; record != first; record = mates[record]) {
            lengths[record] = others;
        }
    }

    /** Writes flags, mate and template length of a record. */
    void put(int record, byte[] target, int offset) {
        BamFields.putMate(
                target,
                offset,
                flags[record],
                mateReferences[record],
                int32("PNEXT", mateStarts[record] - 1),
                int32("TLEN", lengths[record]));
    }

    private int int32(String field, long value) {
        if (value != (int) value) {
            throw place.corrupt(field + " " + value + " is no 32-bit number");
        }
        return (int) value;
    }
}
