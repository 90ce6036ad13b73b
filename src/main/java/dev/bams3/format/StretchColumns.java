package dev.bams3.format;

import java.util.List;

/** The five columns that say where stretches of records lie, each in relation to the stretch before. */
final class StretchColumns {
    /** Bytes of an entry, at least. */
    static final int MIN_BYTES = 5;

    /** A difference of two positions, each -1 or more. */
    private static final long MAX_DIFFERENCE = 1L << 31;

    final int[] firstReference;
    final int[] firstStart;
    final int[] lastReference;
    final int[] lastStart;
    final int[] endMax;

    static void encode(List<? extends Stretch> stretches, ByteSink body) {
        int reference = 0;
        for (Stretch stretch : stretches) {
            boolean placed = stretch.firstReference() != Bams3Format.UNPLACED;
            body.varint(placed ? stretch.firstReference() - (long) reference + 1 : 0);
            reference = stretch.lastReference();
        }
        stretches.forEach(stretch -> body.varint(stretch.lastReference() - (long) stretch.firstReference()));
        reference = Bams3Format.UNPLACED;
        int start = -1;
        for (Stretch stretch : stretches) {
            body.varint(stretch.firstStart() - (long) (stretch.firstReference() == reference ? start : -1));
            reference = stretch.lastReference();
            start = stretch.lastStart();
        }
        stretches.forEach(stretch ->
                body.varint(stretch.lastStart() - (long) (stretch.isOfOneReference() ? stretch.firstStart() : -1)));
        stretches.forEach(stretch -> body.varint(stretch.endMax() - (long) stretch.lastStart()));
    }

    /** Reads and checks the columns: references and starts never fall, and the unplaced stretches are the last ones. */
    StretchColumns(IndexSection.Body body, String what) {
        int count = body.count();
        ByteCursor columns = body.columns();
        long[] firstReferences = body.longs(what + " first reference", MAX_DIFFERENCE);
        long[] references = body.longs(what + " last reference", MAX_DIFFERENCE);
        long[] starts = body.longs(what + " first start", MAX_DIFFERENCE);
        long[] spans = body.longs(what + " last start", MAX_DIFFERENCE);
        long[] reaches = body.longs(what + " end", MAX_DIFFERENCE);
        firstReference = new int[count];
        firstStart = new int[count];
        lastReference = new int[count];
        lastStart = new int[count];
        endMax = new int[count];
        boolean placed = true;
        for (int i = 0; i < count; i++) {
            int before = i == 0 ? 0 : lastReference[i - 1];
            boolean ended = !placed;
            placed = firstReferences[i] != 0;
            long first = placed ? before + firstReferences[i] - 1 : Bams3Format.UNPLACED;
            long last = first + references[i];
            boolean goesOn = i > 0 && first == before;
            long from = (goesOn ? lastStart[i - 1] : -1) + starts[i];
            long to = (references[i] == 0 ? from : -1) + spans[i];
            long end = to + reaches[i];
            boolean isSound = placed
                    ? !ended && last < Integer.MAX_VALUE && from < Integer.MAX_VALUE && end <= Integer.MAX_VALUE
                    : references[i] == 0 && to == -1 && end == 0;
            if (!isSound) {
                throw columns.corrupt(
                        what + " " + i,
                        "references " + first + " to " + last + ", starts " + from + " to " + to + ", end " + end);
            }
            firstReference[i] = (int) first;
            firstStart[i] = (int) from;
            lastReference[i] = (int) last;
            lastStart[i] = (int) to;
            endMax[i] = (int) end;
        }
    }
}
