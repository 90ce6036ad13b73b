package dev.bams3.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** NDJSON and JSON, read back by Jackson and compared with SAM text, which is compared with samtools elsewhere. */
@Tag("fast")
class JsonEncoderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> FIELDS =
            List.of("QNAME", "FLAG", "RNAME", "POS", "MAPQ", "CIGAR", "RNEXT", "PNEXT", "TLEN", "SEQ", "QUAL");

    @Test
    void saysInEveryLineWhatTheSamLineSays() throws IOException {
        for (long seed = 0; seed < 5; seed++) {
            byte[] records = RandomRecords.concatenated(new RandomRecords(seed).list(300));
            String[] sam = text(ReadFormat.SAM, List.of(records), 300).split("\n");
            String[] lines = text(ReadFormat.NDJSON, List.of(records), 300).split("\n");
            int headerLines = sam.length - 300;
            assertThat(lines).hasSize(300);
            for (int i = 0; i < 300; i++) {
                assertThat(samLine(JSON.readTree(lines[i])))
                        .as("seed %d, record %d", seed, i)
                        .isEqualTo(withTagsTogether(sam[headerLines + i]));
            }
        }
    }

    @Test
    void endsWithTheCountWhereThatIsAskedFor() {
        SamHeader header = RandomRecords.header();
        EncodedBytes end = new NdjsonEncoder(header, true, List.of()).end(300);
        assertThat(new String(end.buffer(), 0, end.length(), StandardCharsets.US_ASCII))
                .isEqualTo("{\"@end\":{\"records\":300}}\n");
        assertThat(new NdjsonEncoder(header, false, List.of()).end(300).length())
                .isZero();
    }

    @Test
    void givesHalfOpenSpansAndNullWithoutPlace() {
        assertThat(line(record(99, 4 << 4, "r", new byte[0])))
                .contains("\"POS\":100,")
                .contains("\"start0\":99,\"end0\":103,\"TAGS\":{}}");
        assertThat(line(record(-1, 4 << 4, "r", new byte[0])))
                .contains("\"POS\":0,")
                .contains("\"start0\":null,\"end0\":null,");
    }

    @Test
    void keepsAllTagsOfOneName() {
        assertThat(tags("XAi\1\0\0\0XBZb\0XAZx\0XAA!XCf\0\0\u00c0\u007f"))
                .isEqualTo("{\"XA\":[{\"type\":\"i\",\"value\":1},{\"type\":\"Z\",\"value\":\"x\"},"
                        + "{\"type\":\"A\",\"value\":\"!\"}],\"XB\":{\"type\":\"Z\",\"value\":\"b\"},"
                        + "\"XC\":{\"type\":\"f\",\"value\":\"nan\"}}");
    }

    @Test
    void escapesWhateverIsNotPlainAscii() {
        assertThat(tags("X\"Z\\\"\t\u007f\u00e4abcdefgh\0\\\u00e9A\1"))
                .isEqualTo("{\"X\\\"\":{\"type\":\"Z\",\"value\":\"\\\\\\\"\\u0009\\u007f\\u00e4abcdefgh\"},"
                        + "\"\\\\\\u00e9\":{\"type\":\"A\",\"value\":\"\\u0001\"}}");
        for (int value = 1; value < 256; value++) {
            for (int before = 0; before < 17; before++) {
                String text = "z".repeat(before) + (char) value + "tail";
                JsonNode record = JSON.readTree(line(
                        record(5, 4 << 4, "n" + text, ("XXZ" + text + "\0").getBytes(StandardCharsets.ISO_8859_1))));
                assertThat(record.get("QNAME").asString()).isEqualTo("n" + text);
                assertThat(record.get("TAGS").get("XX").get("value").asString()).isEqualTo(text);
            }
        }
    }

    @Test
    void isOneDocumentHoweverTheRecordsAreCut() throws IOException {
        List<byte[]> records = new RandomRecords(3).list(50);
        byte[] nothing = new byte[0];
        List<byte[]> blocks = new ArrayList<>(List.of(nothing, nothing));
        for (byte[] record : records) {
            blocks.add(record);
            blocks.add(nothing);
        }
        String cut = text(ReadFormat.JSON, blocks, 50);
        assertThat(cut).isEqualTo(text(ReadFormat.JSON, List.of(RandomRecords.concatenated(records)), 50));
        JsonNode document = JSON.readTree(cut);
        assertThat(document.get("records").size()).isEqualTo(50);
        assertThat(document.get("count").asInt()).isEqualTo(50);
        SamHeader header = RandomRecords.header();
        assertThat(document.get("header").get("references").get(3).get("name").asString())
                .isEqualTo("chr#2:x");
        assertThat(document.get("header").get("text").asString())
                .isEqualTo(new String(header.text(), StandardCharsets.UTF_8));
    }

    @Test
    void isADocumentWithoutRecords() throws IOException {
        JsonNode document = JSON.readTree(text(ReadFormat.JSON, List.of(), 0));
        assertThat(document.get("records").isEmpty()).isTrue();
        assertThat(document.get("count").asInt()).isZero();
    }

    private static String samLine(JsonNode record) {
        List<String> fields = new ArrayList<>();
        FIELDS.forEach(name -> fields.add(record.get(name).asString()));
        for (var tag : record.get("TAGS").properties()) {
            if (tag.getValue().isArray()) {
                tag.getValue().forEach(one -> fields.add(samTag(tag.getKey(), one)));
            } else {
                fields.add(samTag(tag.getKey(), tag.getValue()));
            }
        }
        return String.join("\t", fields);
    }

    private static String samTag(String name, JsonNode tag) {
        StringBuilder text = new StringBuilder(name + ":" + tag.get("type").asString() + ":");
        JsonNode value = tag.get("value");
        if (value.isArray()) {
            text.append(tag.get("subtype").asString());
            value.forEach(element -> text.append(',').append(number(element)));
            return text.toString();
        }
        return text.append(number(value)).toString();
    }

    /** Jackson's own text of a real number differs from C's, so both sides are compared as floats. */
    private static String number(JsonNode value) {
        return value.isFloatingPointNumber() ? comparable(value.decimalValue().toString()) : value.asString();
    }

    private static String comparable(String real) {
        return "~" + Double.parseDouble(real);
    }

    /** A SAM line with tags of one name side by side and reals in comparable form. */
    private static String withTagsTogether(String line) {
        List<String> fields = new ArrayList<>(List.of(line.split("\t", -1)));
        List<String> result = new ArrayList<>(fields.subList(0, 11));
        List<String> tags = fields.subList(11, fields.size());
        List<String> names =
                tags.stream().map(tag -> tag.substring(0, 2)).distinct().toList();
        for (String name : names) {
            tags.stream().filter(tag -> tag.startsWith(name)).forEach(tag -> result.add(withComparableReals(tag)));
        }
        return String.join("\t", result);
    }

    private static String withComparableReals(String tag) {
        if (!tag.startsWith("f", 3) && !tag.startsWith("B:f", 3)) {
            return tag;
        }
        int from = tag.startsWith("f", 3) ? 5 : Math.min(tag.length(), 7);
        List<String> parts = new ArrayList<>();
        for (String part : tag.substring(from).split(",")) {
            boolean whole = part.matches("-?[0-9]*|-?(nan|inf)");
            parts.add(whole ? part : comparable(part));
        }
        return tag.substring(0, from) + String.join(",", parts);
    }

    private static String tags(String bytes) {
        String line = line(record(5, 4 << 4, "r", bytes.getBytes(StandardCharsets.ISO_8859_1)));
        return line.substring(line.indexOf("\"TAGS\":") + 7, line.length() - 1);
    }

    private static String line(byte[] record) {
        EncodedBytes bytes =
                new NdjsonEncoder(RandomRecords.header(), false, List.of()).block(record, 0, record.length);
        return new String(bytes.buffer(), 0, bytes.length() - 1, StandardCharsets.UTF_8);
    }

    private static byte[] record(int start, int cigar, String name, byte[] tags) {
        byte[] nameBytes = name.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out =
                ByteBuffer.allocate(36 + nameBytes.length + 1 + 4 + tags.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(out.capacity() - 4).putInt(start < 0 ? -1 : 0).putInt(start);
        out.put((byte) (nameBytes.length + 1)).put((byte) 60).putShort((short) 0x1248);
        out.putShort((short) 1)
                .putShort((short) 0)
                .putInt(0)
                .putInt(-1)
                .putInt(-1)
                .putInt(0);
        return out.put(nameBytes).put((byte) 0).putInt(cigar).put(tags).array();
    }

    private static String text(ReadFormat format, List<byte[]> blocks, long count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1)) {
            RecordEncoder encoder = RecordEncoder.of(format, RandomRecords.header(), deflaters);
            AnswerWriter writer = new AnswerWriter(out, encoder);
            writer.header();
            for (byte[] block : blocks) {
                writer.block(encoder.block(block, 0, block.length));
            }
            writer.end(count);
        }
        return out.toString(StandardCharsets.ISO_8859_1).replace("Ã¤", "ä");
    }
}
