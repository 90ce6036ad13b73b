package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A request to list datasets.
 *
 * @param prefix beginning of their ids; empty for all
 * @param after id of the last dataset of the page before; empty for the first page
 * @param limit most datasets of the page
 * @param search text that the id, a sample or a read group must contain, in lower case; empty for all
 * @param figures whether the size, reads and depth of each dataset are wanted
 */
public record ListRequest(String prefix, String after, int limit, String search, boolean figures) {
    private static final Set<String> PARAMETERS = Set.of("prefix", "cursor", "limit", "search", "figures");
    private static final int MAX_SEARCH = 200;
    private static final int LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    /** The version of cursors; a cursor of another version comes from another release. */
    private static final char CURSOR_VERSION = '1';

    /** @throws ReadsException INVALID_INPUT naming the parameter */
    public static ListRequest parse(Map<String, List<String>> parameters) {
        Parameters given = new Parameters(parameters, PARAMETERS);
        String prefix = given.text("prefix").orElse("");
        if (!DatasetId.canBegin(prefix)) {
            throw ReadsException.invalidInput("prefix", "no dataset id begins like that");
        }
        return new ListRequest(
                prefix,
                given.text("cursor").map(ListRequest::after).orElse(""),
                given.number("limit", LIMIT, 1, MAX_LIMIT),
                given.text("search").map(ListRequest::search).orElse(""),
                given.text("figures").map(ListRequest::flag).orElse(false));
    }

    private static String search(String text) {
        if (text.length() > MAX_SEARCH) {
            throw ReadsException.invalidInput("search", "has more than " + MAX_SEARCH + " characters");
        }
        return text.strip().toLowerCase(Locale.ROOT);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ReadsException.invalidInput("figures", "must be true or false");
        };
    }

    /** Returns the cursor for the datasets after this one. */
    static String cursor(DatasetId last) {
        byte[] text = (CURSOR_VERSION + last.value()).getBytes(StandardCharsets.US_ASCII);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
    }

    private static String after(String cursor) {
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            text = "";
        }
        if (text.isEmpty() || text.charAt(0) != CURSOR_VERSION || !DatasetId.isValid(text.substring(1))) {
            throw ReadsException.invalidInput(
                    "cursor", "is not one that this service gave; leave it out to begin again");
        }
        return text.substring(1);
    }
}
