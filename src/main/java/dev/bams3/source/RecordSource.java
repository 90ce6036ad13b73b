package dev.bams3.source;

import dev.bams3.sam.SamHeader;
import java.util.List;

/** Checked BAM records, one after the other, in the order of their file; one thread. */
public interface RecordSource extends AutoCloseable {
    /** The virtual offset of records that were not read from a BAM in its order. */
    long NOWHERE = -1;

    SamHeader header();

    /**
     * Goes to the next record; false after the last.
     *
     * @throws dev.bams3.error.ReadsException CORRUPT or INVALID_INPUT, naming the file and the place in it
     */
    boolean next();

    /** Array that the current record lies in, until the next call of {@link #next}. */
    byte[] buffer();

    /** Returns the position where the current record begins. */
    int offset();

    /** Bytes of the current record. */
    int length();

    /** Returns where the current record begins in a BAM ({@link dev.bams3.bgzf.VirtualOffset}), or {@link #NOWHERE}. */
    default long virtualOffset() {
        return NOWHERE;
    }

    /** Returns the warnings about records read since the last call, and clears them. */
    default List<SourceWarnings.Warning> takeWarnings() {
        return List.of();
    }

    @Override
    void close();
}
