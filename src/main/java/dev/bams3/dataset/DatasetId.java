package dev.bams3.dataset;

import dev.bams3.error.ReadsException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Name of a dataset in its store: segments of letters, digits and {@code ._~@+=,:-} joined by `/`, none of which begins
 * with a dot; at most 400 characters. It can therefore neither leave the store's root nor name anything but a dataset.
 */
public record DatasetId(String value) {
    private static final String SEGMENT = "[A-Za-z0-9_~@+=,:-][A-Za-z0-9._~@+=,:-]*";
    private static final Pattern ID = Pattern.compile(SEGMENT + "(?:/" + SEGMENT + ")*");
    private static final Pattern BEGINNING = Pattern.compile("(?:" + SEGMENT + "/)*(?:" + SEGMENT + ")?");
    private static final int MAX_LENGTH = 400;

    /** Ends the name of the folder that has a dataset's objects. */
    static final String SUFFIX = ".bams3";

    /** @throws ReadsException INVALID_INPUT (field `id`) for anything else */
    public DatasetId {
        if (!isValid(value)) {
            throw ReadsException.invalidInput(
                    "id",
                    "not a dataset id: use letters, digits and ._~@+=,:- in segments joined by '/', at most "
                            + MAX_LENGTH + " characters");
        }
    }

    /** Whether the text is an id. */
    public static boolean isValid(String text) {
        return text.length() <= MAX_LENGTH && ID.matcher(text).matches();
    }

    /** Whether ids may begin with the text, which may be empty. */
    public static boolean canBegin(String text) {
        return text.length() <= MAX_LENGTH && BEGINNING.matcher(text).matches();
    }

    /** Returns the id of the dataset whose objects lie below this prefix; empty where the prefix is no dataset's. */
    public static Optional<DatasetId> ofPrefix(String prefix) {
        return Optional.of(prefix)
                .filter(text -> text.endsWith(SUFFIX))
                .map(text -> text.substring(0, text.length() - SUFFIX.length()))
                .filter(DatasetId::isValid)
                .map(DatasetId::new);
    }

    /** Returns the prefix of its objects, below the root of the store. */
    public String prefix() {
        return value + SUFFIX;
    }

    @Override
    public String toString() {
        return value;
    }
}
