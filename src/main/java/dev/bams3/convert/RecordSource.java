package dev.bams3.convert;

import dev.bams3.sam.SamHeader;

/** Checked BAM records, one after the other, in the order of their file; one thread. */
interface RecordSource extends AutoCloseable {
    SamHeader header();

    /**
     * Goes to the next record; false after the last.
     *
     * @throws dev.bams3.error.ReadsException CORRUPT or INVALID_INPUT, naming the file and the place in it
     */
    boolean next();

    /** Array that the current record lies in, until the next call of {@link #next}. */
    byte[] buffer();

    /** Where the current record begins. */
    int offset();

    /** Bytes of the current record. */
    int length();

    @Override
    void close();
}
