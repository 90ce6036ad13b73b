package dev.bams3.legacy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The checksum of the Python program: SHA-256 of the reads, each as {@code json.dumps} of Python writes it with sorted keys. A
 * read that has more than texts, whole numbers and null has no such checksum.
 */
final class CanonicalReads {
    private final MessageDigest digest = LegacyDataset.newSha256();
    private final Map<String, String> fields = new TreeMap<>();
    private boolean known = true;

    /** Adds a field of the read; the parser is at its value. */
    void field(String name, JsonToken value, JsonParser parser) {
        switch (value) {
            case VALUE_STRING -> fields.put(name, quoted(parser.getString()));
            case VALUE_NUMBER_INT -> fields.put(name, parser.getString());
            case VALUE_NULL -> fields.put(name, "null");
            case null, default -> known = false;
        }
    }

    /** Ends the read. */
    void end() {
        StringBuilder text = new StringBuilder("{");
        fields.forEach((name, value) -> text.append(text.length() == 1 ? "" : ", ")
                .append(quoted(name))
                .append(": ")
                .append(value));
        digest.update(text.append('}').toString().getBytes(StandardCharsets.US_ASCII));
        fields.clear();
    }

    /** Returns the checksum, as hexadecimal digits. */
    Optional<String> checksum() {
        return known ? Optional.of(HexFormat.of().formatHex(digest.digest())) : Optional.empty();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        out.append(c);
                    } else {
                        out.append("\\u").append(HexFormat.of().toHexDigits((short) c));
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
