package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import java.util.OptionalLong;

/**
 * One region in a caller's words, before it is known to be one: {@code referenceName}, {@code start} and {@code end},
 * 0-based, half-open, unsigned 32 bit (htsget 1.3 § URL parameters and § Request body).
 */
record RequestedRegion(String referenceName, OptionalLong start, OptionalLong end) {
    static final String UNPLACED = "*";
    static final long MAX_POSITION = 0xFFFF_FFFFL;

    /**
     * @param path prefix of the field names in messages: empty for a query, a JSON pointer and `/` for a body
     * @throws ReadsException INVALID_INPUT for no name, or for bounds of `*`
     */
    void check(String path) {
        if (referenceName.isEmpty()) {
            throw ReadsException.invalidInput(
                    path + "referenceName", "is empty; name a reference, or * for unplaced reads");
        }
        if (isUnplaced() && (start.isPresent() || end.isPresent())) {
            throw ReadsException.invalidInput(
                    path + (start.isPresent() ? "start" : "end"),
                    "has no meaning for referenceName '*' (unplaced reads)");
        }
    }

    boolean isUnplaced() {
        return referenceName.equals(UNPLACED);
    }

    /**
     * @param mayBeEmpty whether {@code start == end} is a region of no positions (GET) or an error (POST), as the
     *     specification has it
     * @throws ReadsException INVALID_RANGE
     */
    Region toRegion(String path, boolean mayBeEmpty) {
        long first = start.orElse(0);
        if (end.isPresent() && (first > end.getAsLong() || (!mayBeEmpty && first == end.getAsLong()))) {
            throw ReadsException.of(
                    ErrorKind.INVALID_RANGE,
                    path + "start: " + first + (mayBeEmpty ? " is after" : " is not before") + " end " + end.getAsLong()
                            + "; positions are 0-based, the end is not included");
        }
        return new Region(referenceName, first, end);
    }
}
