package dev.bams3.query;

import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.encode.ReadFormat;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * One request's life: the dataset pinned to one generation, and the plan. Nothing is read from chunk objects before
 * {@link #writeTo}. Used by one thread. A ticket and its data come from the same plan: a {@link Slice} of it gives the same
 * bytes whenever it is written, so slices written one after the other are the whole answer.
 */
public final class OpenRead implements AutoCloseable {
    public DatasetMetadata metadata() {
        throw new UnsupportedOperationException("owner: query");
    }

    /** The header object of the dataset, read (or from the cache) when first asked for. */
    public SamHeader header() {
        throw new UnsupportedOperationException("owner: query");
    }

    /**
     * Cuts the records of the plan into consecutive slices of whole blocks, each estimated at {@code maxBytes} of BAM or
     * less where one block is not more; empty when no block can hold a record of the selection.
     */
    public List<Slice> slices(long maxBytes) {
        throw new UnsupportedOperationException("owner: query");
    }

    /**
     * Writes a part of the answer. Returns after the last byte was handed to {@code out} (which is not closed); on any
     * failure the terminator has not been written.
     *
     * @throws IOException only when {@code out} throws it: the client went away
     * @throws dev.bams3.error.ReadsException everything else
     */
    public ReadTotals writeTo(ReadFormat format, Part part, OutputStream out) throws IOException {
        throw new UnsupportedOperationException("owner: query");
    }

    @Override
    public void close() {}

    /**
     * Consecutive blocks of a plan.
     *
     * @param firstBlock index of the first in the plan
     * @param blocks how many, 1 or more
     * @param estimatedBytes of BAM
     */
    public record Slice(int firstBlock, int blocks, long estimatedBytes) {}

    /**
     * Which pieces of the document to write.
     *
     * @param header whether the header comes first
     * @param firstBlock index in the plan of the first block to write
     * @param blocks how many blocks; {@code Integer.MAX_VALUE} for all from there
     * @param end whether the terminator comes last
     */
    public record Part(boolean header, int firstBlock, int blocks, boolean end) {
        /** Header, every block, terminator. */
        public static final Part WHOLE = new Part(true, 0, Integer.MAX_VALUE, true);

        /** Header and terminator, no records. */
        public static final Part HEADER = new Part(true, 0, 0, true);
    }
}
