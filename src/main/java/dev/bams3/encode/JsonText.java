package dev.bams3.encode;

import java.nio.charset.StandardCharsets;

/** Strings of JSON documents (RFC 8259). */
final class JsonText {
    /** Bytes that the longest escape of one letter needs. */
    static final int MAX_LETTER = 6;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonText() {}

    /** Writes one Latin-1 letter, ASCII whatever it is, and returns the index after it. */
    static int putLetter(byte[] target, int at, int letter) {
        if (letter >= ' ' && letter <= '~') {
            if (letter == '"' || letter == '\\') {
                target[at] = '\\';
                target[at + 1] = (byte) letter;
                return at + 2;
            }
            target[at] = (byte) letter;
            return at + 1;
        }
        target[at] = '\\';
        target[at + 1] = 'u';
        target[at + 2] = '0';
        target[at + 3] = '0';
        target[at + 4] = HEX[letter >>> 4];
        target[at + 5] = HEX[letter & 0xF];
        return at + MAX_LETTER;
    }

    /** A text as a JSON string, quotes included. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (letter < ' ') {
                        quoted.append("\\u%04x".formatted((int) letter));
                    } else {
                        quoted.append(letter);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
