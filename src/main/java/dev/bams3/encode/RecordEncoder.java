package dev.bams3.encode;

import dev.bams3.sam.SamHeader;

/**
 * Turns one answer's header and blocks of records into bytes of a format. The pieces, written in order, are the document:
 * header, any number of blocks, end. {@link #block} may be called from many threads at once, for different blocks; the
 * bytes of a block do not depend on any other block. An end is asked for only after success, so that a reader can tell a
 * whole answer from a broken one.
 */
public interface RecordEncoder {
    /** Bytes before the records. */
    EncodedBytes header(SamHeader header);

    /**
     * Bytes of some whole records.
     *
     * @param records array holding BAM records back to back
     * @param offset where the first begins
     * @param length bytes of all of them; 0 gives no bytes
     */
    EncodedBytes block(byte[] records, int offset, int length);

    /** Bytes after the last record: the terminator that shows a reader that nothing is missing. */
    EncodedBytes end(long records);
}
