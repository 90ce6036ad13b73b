package dev.bams3.storage;

import java.nio.charset.StandardCharsets;

/**
 * Path of an object below the root of its store: segments joined by `/`, none empty, `.` or `..`, no backslash and no
 * control character, so that no key can leave its root on any store. At most 1,000 bytes of UTF-8. Ordered as S3 lists:
 * by the bytes of their UTF-8.
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
    private static final int MAX_BYTES = 1000;

    /** @throws IllegalArgumentException for anything else; text of a user is checked by {@link #isValid} first */
    public ObjectKey {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an object key: '" + value + "'");
        }
    }

    /** Joins parts, each of which may have several segments, to a key. */
    public static ObjectKey of(String first, String... more) {
        StringBuilder path = new StringBuilder(first);
        for (String part : more) {
            path.append('/').append(part);
        }
        return new ObjectKey(path.toString());
    }

    /** Whether the text is a key. */
    public static boolean isValid(String text) {
        if (text.isEmpty() || StandardCharsets.UTF_8.encode(text).remaining() > MAX_BYTES) {
            return false;
        }
        for (String segment : text.split("/", -1)) {
            boolean escapes = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (escapes || segment.chars().anyMatch(ObjectKey::isForbidden)) {
                return false;
            }
        }
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether a key can begin with this text; nothing can be listed below any other. */
    public static boolean canBeginWith(String text) {
        return text.isEmpty() || isValid(text + "x");
    }

    private static boolean isForbidden(int c) {
        return c < 0x20 || c == 0x7F || c == '\\';
    }

    /** Order of two keys, or beginnings of keys, in a listing. */
    public static int compare(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Code points above 0xFFFF, which alone have surrogates, come last in UTF-8.
                boolean last = Character.isSurrogate(x);
                return last == Character.isSurrogate(y) ? Character.compare(x, y) : last ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    @Override
    public int compareTo(ObjectKey other) {
        return compare(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
