package dev.bams3.htsget;

/** A caller's text inside a message: quoted, and cut where it is long. */
final class Text {
    private static final int MAX_LENGTH = 80;

    private Text() {}

    static String quoted(String value) {
        return value.length() <= MAX_LENGTH ? "'" + value + "'" : "'" + value.substring(0, MAX_LENGTH) + "...'";
    }
}
