package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.BamRecord;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts merged records into batches that are encoded by themselves: at the end of a piece, and where a batch is full. The cuts
 * follow from the records alone, so the bytes of a piece are the same at every request. Used by one thread.
 */
final class CohortBatches {
    /** Below the half of the smallest region of G1, so that batches are collected with the young generation. */
    static final int BATCH = 240 << 10;

    private final CohortMerge merge;
    private final CohortPieces pieces;
    private final int last;
    private final CohortSamples samples;
    private final long limit;
    private int piece;
    private boolean begun;
    private boolean ended;
    private long records;

    /**
     * A batch in the form of the answer.
     *
     * @param piecesEnded pieces that end behind it
     */
    record Encoded(List<EncodedBytes> bytes, int piecesEnded) {}

    /**
     * @param first piece of those that are merged
     * @param last piece behind these
     * @param limit records at most
     */
    CohortBatches(CohortMerge merge, CohortPieces pieces, int first, int last, long limit, CohortSamples samples) {
        this.merge = merge;
        this.pieces = pieces;
        this.last = last;
        this.limit = limit;
        this.samples = samples;
        piece = first;
    }

    /** Records so far. */
    long records() {
        return records;
    }

    /** Collects the next batch and has it encoded; false where no record is left. */
    boolean submitNext(OrderedTasks<Encoded> encoding, RecordEncoder encoder, ScratchPool scratch) {
        if (!begun) {
            begun = true;
            ended = !merge.next();
        }
        if (ended && piece == last) {
            return false;
        }
        byte[] batch = new byte[BATCH];
        int[] ofSamples = new int[256];
        int length = 0;
        int count = 0;
        long end = pieces.from(piece + 1);
        while (!ended) {
            MemberCursor cursor = merge.cursor();
            if (cursor.place() >= end && piece + 1 < last) {
                break;
            }
            byte[] source = cursor.records();
            int more = BamRecord.length(source, cursor.offset());
            if (length + more > batch.length) {
                if (count > 0) {
                    submit(encoding, encoder, scratch, new Batch(batch, length, ofSamples, count, 0));
                    return true;
                }
                batch = new byte[more];
            }
            System.arraycopy(source, cursor.offset(), batch, length, more);
            ofSamples = count < ofSamples.length ? ofSamples : Arrays.copyOf(ofSamples, 2 * count);
            ofSamples[count++] = samples.of(cursor.number(), batch, length);
            length += more;
            records++;
            ended = records == limit || !merge.next();
        }
        int pieceEnds = 1;
        piece++;
        if (ended && records < limit) {
            pieceEnds += last - piece;
            piece = last;
        } else if (ended) {
            piece = last;
        }
        submit(encoding, encoder, scratch, new Batch(batch, length, ofSamples, count, pieceEnds));
        return true;
    }

    private record Batch(byte[] records, int length, int[] samples, int count, int piecesEnded) {}

    private static void submit(OrderedTasks<Encoded> encoding, RecordEncoder encoder, ScratchPool pool, Batch batch) {
        encoding.submit(() -> {
            if (batch.count == 0) {
                return new Encoded(List.of(), batch.piecesEnded);
            }
            ScratchPool.Scratch scratch = pool.borrow();
            try {
                scratch.encoded().clear();
                encoder.block(batch.records, 0, batch.length, batch.samples, scratch.encoded());
                return new Encoded(scratch.encoded().pieces(), batch.piecesEnded);
            } finally {
                pool.giveBack(scratch);
            }
        });
    }
}
