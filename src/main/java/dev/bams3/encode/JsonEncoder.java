package dev.bams3.encode;

import dev.bams3.genome.Reference;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One JSON document: {@code {"header":{"references":[{"name":..,"length":..}],"text":".."},"records":[..],"count":N}},
 * the records as {@link JsonRecords} writes them, one a line. Every record begins with the comma and line end that
 * separate it from the one before; {@link AnswerWriter} leaves them out before the first.
 */
final class JsonEncoder implements RecordEncoder {
    private static final byte[] NOTHING = {};
    private static final byte[] SEPARATOR = {',', '\n'};

    private final SamHeader header;
    private final JsonRecords records;

    /** @param samples names of samples; empty where records have no member of theirs */
    JsonEncoder(SamHeader header, List<String> samples) {
        this.header = header;
        records = new JsonRecords(header.references(), samples);
    }

    @Override
    public EncodedBytes header() {
        StringBuilder text = new StringBuilder("{\"header\":{\"references\":[");
        String separator = "";
        for (Reference reference : header.references().references()) {
            text.append(separator).append("{\"name\":").append(JsonText.quoted(reference.name()));
            text.append(",\"length\":").append(reference.length()).append('}');
            separator = ",";
        }
        text.append("],\"text\":")
                .append(JsonText.quoted(new String(header.printable(), StandardCharsets.UTF_8)))
                .append("},\n\"records\":[\n");
        return utf8(text.toString());
    }

    @Override
    public void block(byte[] bytes, int offset, int length, OutputBuffer out) {
        records.block(bytes, offset, length, SEPARATOR, NOTHING, null, out);
    }

    @Override
    public void block(byte[] bytes, int offset, int length, int[] samples, OutputBuffer out) {
        records.block(bytes, offset, length, SEPARATOR, NOTHING, samples, out);
    }

    @Override
    public int separatorLength() {
        return SEPARATOR.length;
    }

    @Override
    public EncodedBytes end(long count) {
        return utf8("\n],\"count\":" + count + "}\n");
    }

    private static EncodedBytes utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new EncodedBytes(bytes, bytes.length);
    }
}
