package dev.bams3.access;

import java.util.regex.Pattern;

/**
 * Names datasets by their ids: {@code *} stands for any characters within a segment, {@code **} for any characters at all,
 * everything else for itself.
 */
public final class DatasetPattern {
    private final String text;
    private final Pattern pattern;

    public DatasetPattern(String text) {
        this.text = text;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*' && text.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        pattern = Pattern.compile(regex.toString());
    }

    public boolean matches(String id) {
        return pattern.matcher(id).matches();
    }

    /** Returns whether this is the pattern of every id. */
    boolean matchesAll() {
        return text.equals("**");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DatasetPattern same && text.equals(same.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
