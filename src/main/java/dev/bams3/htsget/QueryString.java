package dev.bams3.htsget;

import dev.bams3.error.ReadsException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of a raw query string, percent-decoded as UTF-8 (RFC 3986 § 2.1), every value of a repeated name kept. A `+`
 * stays a `+`: reference names may hold one, cannot hold a space, and some clients send names as they are.
 */
public final class QueryString {
    private QueryString() {}

    /**
     * @param raw the text behind the `?`, or null where the request has none
     * @return values by name, in order of appearance
     * @throws ReadsException INVALID_INPUT for a broken percent-escape or bytes that are not UTF-8
     */
    public static Map<String, List<String>> parse(@Nullable String raw) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (raw == null) {
            return parameters;
        }
        for (String pair : raw.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            parameters.computeIfAbsent(name, ignored -> new ArrayList<>(1)).add(value);
        }
        return parameters;
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                // The container hands over raw bytes above ASCII as Latin-1 characters.
                bytes.put(c < 0x80 ? new byte[] {(byte) c} : String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw ReadsException.invalidInput(
                        "query", "broken percent-escape in " + Text.quoted(text) + "; write %25 for a percent sign");
            }
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw ReadsException.invalidInput("query", Text.quoted(text) + " is not percent-encoded UTF-8");
        }
    }
}
