package dev.bams3.encode;

import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;

/**
 * One JSON object a line: the records as {@link JsonRecords} writes them, and nothing else, so that a reader of tables gets
 * one row for each. Callers may ask for a last line {@code {"@end":{"records":N}}}; no record has a member of that name.
 */
final class NdjsonEncoder implements RecordEncoder {
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = {'\n'};

    private final JsonRecords records;
    private final boolean endLine;

    NdjsonEncoder(SamHeader header, boolean endLine) {
        this.endLine = endLine;
        records = new JsonRecords(header.references());
    }

    @Override
    public EncodedBytes header() {
        return new EncodedBytes(NOTHING, 0);
    }

    @Override
    public void block(byte[] bytes, int offset, int length, OutputBuffer out) {
        records.block(bytes, offset, length, NOTHING, LINE_END, out);
    }

    @Override
    public EncodedBytes end(long count) {
        if (!endLine) {
            return new EncodedBytes(NOTHING, 0);
        }
        byte[] line = ("{\"@end\":{\"records\":" + count + "}}\n").getBytes(StandardCharsets.US_ASCII);
        return new EncodedBytes(line, line.length);
    }
}
