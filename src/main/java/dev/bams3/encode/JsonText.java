package dev.bams3.encode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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

    /** Writes text in UTF-8, or in Latin-1 where that is no UTF-8, and returns the index after it. */
    static int putText(byte[] target, int at, byte[] source, int from, int length) {
        int next = at;
        for (char letter : decoded(source, from, length).toCharArray()) {
            if (letter < 0x100) {
                next = putLetter(target, next, letter);
                continue;
            }
            target[next] = '\\';
            target[next + 1] = 'u';
            for (int i = 0; i < 4; i++) {
                target[next + 2 + i] = HEX[letter >>> 12 - 4 * i & 0xF];
            }
            next += MAX_LETTER;
        }
        return next;
    }

    /** Returns text in UTF-8, or in Latin-1 where that is no UTF-8. */
    static String decoded(byte[] source, int from, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(source, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(source, from, length, StandardCharsets.ISO_8859_1);
        }
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
