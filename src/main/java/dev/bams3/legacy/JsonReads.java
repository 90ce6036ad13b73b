package dev.bams3.legacy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Chunks of 0.1: an array of objects, one for each read, parsed as they come. */
final class JsonReads {
    /** Longest text of a field: more than the bases of any read. */
    private static final int MOST_TEXT = 1 << 28;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MOST_TEXT).build())
            .build();

    private final RecordBuilder out;
    private final Dialect dialect;
    private final Optional<CanonicalReads> canonical;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private final Map<String, String> tags = new LinkedHashMap<>();

    JsonReads(RecordBuilder out, Dialect dialect) {
        this.out = out;
        this.dialect = dialect;
        canonical =
                dialect.version() == Dialect.Version.PYTHON_JSON ? Optional.of(new CanonicalReads()) : Optional.empty();
    }

    /** Returns the checksum that the Python program gives these reads, where it has made them. */
    Optional<String> read(InputStream in) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw out.corrupt("JSON", "not an array of reads");
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                fields(parser);
                canonical.ifPresent(CanonicalReads::end);
                add();
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw out.corrupt("JSON", "the array of reads does not end");
            }
            return canonical.flatMap(CanonicalReads::checksum);
        } catch (JacksonException e) {
            throw out.corrupt("JSON", "cannot be parsed: " + e.getOriginalMessage());
        }
    }

    private void fields(JsonParser parser) {
        texts.clear();
        numbers.clear();
        tags.clear();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            canonical.ifPresent(reads -> reads.field(name, value, parser));
            switch (value) {
                case VALUE_STRING -> texts.put(name, parser.getString());
                case VALUE_NUMBER_INT -> numbers.put(name, parser.getLongValue());
                case START_OBJECT -> {
                    if (name.equals("tags")) {
                        readTags(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                case null, default -> parser.skipChildren();
            }
        }
    }

    private void readTags(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (parser.nextToken().isScalarValue()) {
                tags.put(name, parser.getString());
            } else {
                parser.skipChildren();
            }
        }
    }

    private void add() {
        out.begin();
        out.name = text("name", "name").getBytes(StandardCharsets.ISO_8859_1);
        out.flag = (int) number("flag", "flag", 0, 0xFFFF);
        long reference = number("reference_id", "ref", -1, Integer.MAX_VALUE);
        long position = number("position", "pos", -1, 1L << 31) - dialect.origin();
        out.quality = (int) number("mapping_quality", "mapq", 0, 0xFF);
        // The Python program kept no position of unmapped reads.
        boolean isPlaced = reference >= 0 && (dialect.hasTags() || position >= 0);
        out.reference = isPlaced ? (int) reference : -1;
        out.position = isPlaced ? (int) Math.max(-1, Math.min(Integer.MAX_VALUE - 1, position)) : -1;
        out.cigar(texts.getOrDefault("cigar", "*"));
        out.bases(text("sequence", "seq").getBytes(StandardCharsets.ISO_8859_1));
        out.qualities(text("quality", "qual").getBytes(StandardCharsets.ISO_8859_1));
        tags.forEach((name, value) -> LegacyTags.field(name, value).ifPresent(out::tag));
        out.end();
    }

    private String text(String name, String older) {
        String text = texts.get(name);
        return text != null ? text : texts.getOrDefault(older, "");
    }

    /** Fields that are 0 were left out. */
    private long number(String name, String older, long least, long most) {
        Long found = numbers.get(name);
        long value = found != null ? found : numbers.getOrDefault(older, 0L);
        if (value < least || value > most) {
            throw out.corrupt(name, value + " is not from " + least + " to " + most);
        }
        return value;
    }
}
