package dev.bams3.source;

import dev.bams3.genome.ReferenceDictionary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Finds references by the bytes of RNAME and RNEXT, which may be alternative names ({@code AN} of {@code @SQ}). Immutable. */
final class SamReferences {
    static final int UNKNOWN = -2;

    // Keys have one character for each byte.
    private final Map<String, Integer> indexes;
    private final boolean none;

    /** @param alternatives further names and the indexes they stand for; a name of the dictionary comes first */
    SamReferences(ReferenceDictionary dictionary, Map<String, Integer> alternatives) {
        indexes = new HashMap<>(alternatives);
        for (int i = 0; i < dictionary.size(); i++) {
            indexes.put(new String(dictionary.get(i).nameBytes(), StandardCharsets.ISO_8859_1), i);
        }
        none = dictionary.size() == 0;
    }

    /** Whether the header has no reference at all. */
    boolean areNone() {
        return none;
    }

    /** Looks names up for one thread, the one that was found last without a search. */
    Lookup lookup() {
        return new Lookup(indexes);
    }

    static final class Lookup {
        private final Map<String, Integer> indexes;
        private byte[] lastName = new byte[0];
        private int last = UNKNOWN;

        private Lookup(Map<String, Integer> indexes) {
            this.indexes = indexes;
        }

        /** Index of the reference, or {@link #UNKNOWN}. */
        int find(byte[] buffer, int from, int end) {
            if (last != UNKNOWN && isLast(buffer, from, end)) {
                return last;
            }
            int found =
                    indexes.getOrDefault(new String(buffer, from, end - from, StandardCharsets.ISO_8859_1), UNKNOWN);
            if (found != UNKNOWN) {
                last = found;
                lastName = Arrays.copyOfRange(buffer, from, end);
            }
            return found;
        }

        /** Names are short: a loop is faster than {@link Arrays#equals}. */
        private boolean isLast(byte[] buffer, int from, int end) {
            byte[] name = lastName;
            if (end - from != name.length) {
                return false;
            }
            for (int i = 0; i < name.length; i++) {
                if (buffer[from + i] != name[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
