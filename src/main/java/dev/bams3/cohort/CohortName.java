package dev.bams3.cohort;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.error.ReadsException;
import java.util.regex.Pattern;

/**
 * What stands in place of a dataset's id for several datasets: a pattern of ids, which has an asterisk, or {@code cohort:} and
 * the name of a list that is kept in the store.
 */
public sealed interface CohortName {
    /** Begins the text of a kept list. No new dataset may have an id that begins so. */
    String PREFIX = ReservedNames.COHORT;

    /** Wildcards of a pattern; more are of no use and cost time. */
    int MAX_WILDCARDS = 8;

    /** Returns the text that it stands as in addresses, logs and on the command line. */
    String text();

    /**
     * Ids that match a pattern: {@code *} for any characters within a segment, {@code **} for any characters at all.
     *
     * @param text of the pattern
     */
    record Matching(String text) implements CohortName {
        /** Returns the characters before the first wildcard. */
        String beginning() {
            return text.substring(0, text.indexOf('*'));
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A list of the store.
     *
     * @param name letters, digits and {@code ._-}, at most 100
     */
    record Kept(String name) implements CohortName {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

        /** @throws ReadsException INVALID_INPUT for any other name */
        public Kept {
            if (!isName(name)) {
                throw ReadsException.invalidInput(
                        "name",
                        "not the name of a cohort: use letters, digits and ._-, at most 100, and no dot at the beginning");
            }
        }

        static boolean isName(String text) {
            return NAME.matcher(text).matches();
        }

        @Override
        public String text() {
            return PREFIX + name;
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** Whether a text stands for several datasets. */
    static boolean isCohort(String text) {
        return text.indexOf('*') >= 0 || text.startsWith(PREFIX);
    }

    /**
     * Reads a text that {@link #isCohort} accepts.
     *
     * @throws ReadsException INVALID_INPUT for a pattern that no id can match, or of too many wildcards
     */
    static CohortName parse(String text) {
        if (text.startsWith(PREFIX)) {
            return new Kept(text.substring(PREFIX.length()));
        }
        if (!DatasetId.isValid(text.replace('*', 'x')) || text.contains("***")) {
            throw ReadsException.invalidInput(
                    "id",
                    "not a pattern of ids below the store (BAMS3_STORE): * and ** stand for characters of ids, as in"
                            + " cohort-1/*");
        }
        long wildcards = text.replace("**", "*").chars().filter(c -> c == '*').count();
        if (wildcards > MAX_WILDCARDS) {
            throw ReadsException.invalidInput("id", "a pattern has at most " + MAX_WILDCARDS + " wildcards");
        }
        return new Matching(text);
    }
}
