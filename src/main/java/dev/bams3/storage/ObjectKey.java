package dev.bams3.storage;

import java.util.List;

/**
 * Path of an object below the root of its store: segments joined by `/`, none empty, `.` or `..`, no backslash and no
 * control character, so that no key can leave its root on any store. At most 1,000 bytes of UTF-8.
 */
public record ObjectKey(String value) {
    public ObjectKey {
        if (value.isEmpty() || value.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 1000) {
            throw new IllegalArgumentException("not an object key: '" + value + "'");
        }
        for (String segment : List.of(value.split("/", -1))) {
            boolean escapes = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (escapes || segment.chars().anyMatch(c -> c < 0x20 || c == 0x7F || c == '\\')) {
                throw new IllegalArgumentException("not an object key: '" + value + "'");
            }
        }
    }

    /** A key of these parts, each of which may hold several segments. */
    public static ObjectKey of(String first, String... more) {
        StringBuilder path = new StringBuilder(first);
        for (String part : more) {
            path.append('/').append(part);
        }
        return new ObjectKey(path.toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
