package dev.bams3.encode;

import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One JSON object a line: the records as {@link JsonRecords} writes them, and nothing else, so that a reader of tables gets
 * one row for each. Callers may ask for a last line {@code {"@end":{"records":N}}}; no record has a member of that name.
 */
final class NdjsonEncoder implements RecordEncoder {
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = {'\n'};

    private final JsonRecords records;
    private final boolean endLine;

    /** @param samples names of samples; empty where records have no member of theirs */
    NdjsonEncoder(SamHeader header, boolean endLine, List<String> samples) {
        this.endLine = endLine;
        records = new JsonRecords(header.references(), samples);
    }

    @Override
    public EncodedBytes header() {
        return new EncodedBytes(NOTHING, 0);
    }

    @Override
    public void block(byte[] bytes, int offset, int length, OutputBuffer out) {
        records.block(bytes, offset, length, NOTHING, LINE_END, null, out);
    }

    @Override
    public void block(byte[] bytes, int offset, int length, int[] samples, OutputBuffer out) {
        records.block(bytes, offset, length, NOTHING, LINE_END, samples, out);
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
