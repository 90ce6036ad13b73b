package dev.bams3.access;

import java.util.BitSet;

/**
 * Names datasets by their ids: {@code *} stands for any characters within a segment, {@code **} for any characters at all,
 * everything else for itself. Matching takes time in proportion to both lengths, whatever the pattern.
 */
public final class DatasetPattern {
    private final String text;
    /** The characters of the pattern; {@link #IN_SEGMENT} and {@link #ANYTHING} stand for the wildcards. */
    private final String parts;

    private static final char IN_SEGMENT = '\u0001';
    private static final char ANYTHING = '\u0002';

    public DatasetPattern(String text) {
        this.text = text;
        parts = text.replace("**", String.valueOf(ANYTHING)).replace('*', IN_SEGMENT);
    }

    public boolean matches(String id) {
        BitSet places = new BitSet(parts.length() + 1);
        places.set(0);
        passWildcards(places);
        for (int i = 0; i < id.length() && !places.isEmpty(); i++) {
            char c = id.charAt(i);
            BitSet next = new BitSet(parts.length() + 1);
            for (int at = places.nextSetBit(0); at >= 0 && at < parts.length(); at = places.nextSetBit(at + 1)) {
                char part = parts.charAt(at);
                if (part == ANYTHING || (part == IN_SEGMENT && c != '/')) {
                    next.set(at);
                } else if (part == c) {
                    next.set(at + 1);
                }
            }
            passWildcards(next);
            places = next;
        }
        return places.get(parts.length());
    }

    /** A wildcard may stand for nothing. */
    private void passWildcards(BitSet places) {
        for (int at = places.nextSetBit(0); at >= 0 && at < parts.length(); at = places.nextSetBit(at + 1)) {
            if (parts.charAt(at) == ANYTHING || parts.charAt(at) == IN_SEGMENT) {
                places.set(at + 1);
            }
        }
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
