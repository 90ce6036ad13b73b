package dev.bams3.source.cram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The BAM records of a slice: in pieces, because one array of all of them would be copied whenever it grows. */
final class SliceRecords {
    private static final int PIECE_LENGTH = 256 << 10;

    private final Place place;
    private final long most;
    private final List<byte[]> pieces = new ArrayList<>();
    private byte[] piece = {};
    private int used;
    private long bytes;
    private int count;
    private int[] pieceOf = new int[1024];
    private int[] offsetOf = new int[1024];

    /** @param most bytes of all records together */
    SliceRecords(Place place, long most) {
        this.place = place;
        this.most = most;
    }

    /** Begins a record of so many bytes; it lies at {@link #offset} in {@link #buffer} of its number. */
    void add(int length) {
        bytes += length;
        if (bytes > most) {
            throw Block.tooLarge(place, bytes, most);
        }
        if (length > piece.length - used) {
            piece = new byte[Math.max(length, PIECE_LENGTH)];
            pieces.add(piece);
            used = 0;
        }
        if (count == pieceOf.length) {
            pieceOf = Arrays.copyOf(pieceOf, 2 * count);
            offsetOf = Arrays.copyOf(offsetOf, 2 * count);
        }
        pieceOf[count] = pieces.size() - 1;
        offsetOf[count] = used;
        used += length;
        count++;
    }

    int count() {
        return count;
    }

    byte[] buffer(int record) {
        return pieces.get(pieceOf[record]);
    }

    int offset(int record) {
        return offsetOf[record];
    }
}
