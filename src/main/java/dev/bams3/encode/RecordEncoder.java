package dev.bams3.encode;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.SamHeader;
import java.util.List;

/**
 * Turns one answer's header and blocks of records into bytes of a format. The pieces, put together by
 * {@link AnswerWriter}, are the document: header, any number of blocks, end. {@link #block} may be called from many
 * threads at once, for different blocks; the bytes of a block do not depend on any other block. An end is asked for only
 * after success, so that a reader can tell a whole answer from a broken one.
 */
public interface RecordEncoder {
    /**
     * The encoder of one answer.
     *
     * @param header the header as it is served; its references are those of the records
     * @param columns of the answer; a table has no others
     * @param endLine whether NDJSON ends with a line that has the number of records
     * @param samples names of samples, where the answer says the sample of each record; else empty
     * @param deflaters for BAM; stays the caller's, who closes it after the last use of the encoder
     */
    static RecordEncoder of(
            ReadFormat format,
            SamHeader header,
            RecordColumns columns,
            boolean endLine,
            List<String> samples,
            BgzfDeflaters deflaters) {
        return switch (format) {
            case BAM -> new BamEncoder(header, deflaters);
            case SAM -> new SamEncoder(header);
            case JSON -> new JsonEncoder(header, samples);
            case NDJSON -> new NdjsonEncoder(header, endLine, samples);
            case TSV -> new TsvEncoder(header, columns, samples);
            case ARROW -> new ArrowEncoder(header, columns, samples);
        };
    }

    /** Returns the encoder of an answer with all columns and without an end line. */
    static RecordEncoder of(ReadFormat format, SamHeader header, BgzfDeflaters deflaters) {
        return of(format, header, RecordColumns.ALL, false, List.of(), deflaters);
    }

    /** Bytes before the records. */
    EncodedBytes header();

    /**
     * Encodes some whole records.
     *
     * @param records array holding sound BAM records back to back
     * @param offset where the first begins
     * @param length bytes of all of them; 0 gives no bytes
     * @param out empty; gets the bytes
     */
    void block(byte[] records, int offset, int length, OutputBuffer out);

    /**
     * Encodes some whole records of an answer that says their samples, where the format has a place for them.
     *
     * @param samples for each record, the index of its sample's name
     */
    default void block(byte[] records, int offset, int length, int[] samples, OutputBuffer out) {
        block(records, offset, length, out);
    }

    /** Returns the same in memory of its own. */
    default EncodedBytes block(byte[] records, int offset, int length) {
        OutputBuffer out = new OutputBuffer();
        block(records, offset, length, out);
        return out.encoded();
    }

    /**
     * Bytes at the front of every block that separate it from the block before. The first block with records does not need
     * them: {@link AnswerWriter}, which knows the order, leaves them out there. So a block can be encoded before it is known
     * whether any record comes before it.
     */
    default int separatorLength() {
        return 0;
    }

    /** Bytes after the last record: the terminator that shows a reader that nothing is missing. */
    EncodedBytes end(long records);
}
