package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.flow.ByteBudget;
import dev.bams3.sam.BamRecord;
import java.util.List;

/**
 * The wanted records of one block in the form of the answer. Its bytes stay charged until it is closed.
 *
 * @param pieces of the answer, one after the other; none where no record was wanted
 * @param records wanted
 * @param scanned records of the block
 * @param source the wanted records themselves, back to back, where the answer has a limit; else {@link #NO_SOURCE}
 * @param charged what the bytes hold of the process
 */
record AnswerBlock(List<EncodedBytes> pieces, int records, int scanned, byte[] source, ByteBudget.Lease charged)
        implements AutoCloseable {
    static final byte[] NO_SOURCE = {};

    /** Returns the bytes of all pieces. */
    int length() {
        int length = 0;
        for (EncodedBytes piece : pieces) {
            length += piece.length();
        }
        return length;
    }

    /** Returns a view of the first records only. Close this block, not the view. */
    AnswerBlock first(int count, RecordEncoder encoder) {
        int length = 0;
        for (int i = 0; i < count; i++) {
            length += BamRecord.length(source, length);
        }
        return new AnswerBlock(List.of(encoder.block(source, 0, length)), count, scanned, NO_SOURCE, charged);
    }

    @Override
    public void close() {
        charged.close();
    }
}
