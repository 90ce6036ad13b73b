package dev.bams3.web;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * A {@code Range} header that asks for one stretch of bytes (RFC 9110 § 14.1.2, 2022-06).
 *
 * @param first 0-based, or -1 for the last {@code last} bytes
 * @param last inclusive; {@code Long.MAX_VALUE} for the end
 */
record RangeHeader(long first, long last) {
    private static final Pattern ONE = Pattern.compile("(?i:bytes)=\\s*(?<first>[0-9]*)-(?<last>[0-9]*)\\s*");

    /** Digits of the longest number that fits a long in any case. */
    private static final int MAX_DIGITS = 18;

    /**
     * A stretch that lies in the representation.
     *
     * @param first 0-based
     * @param count bytes, 1 or more
     */
    record Stretch(long first, long count) {}

    /** Empty for no header, another unit, several ranges, or nonsense: all of these are answered as if there were none. */
    static Optional<RangeHeader> parse(@Nullable String value) {
        Matcher range = ONE.matcher(value == null ? "" : value);
        if (!range.matches()) {
            return Optional.empty();
        }
        String first = range.group("first");
        String last = range.group("last");
        if (first.isEmpty()) {
            return last.isEmpty() ? Optional.empty() : Optional.of(new RangeHeader(-1, position(last)));
        }
        RangeHeader read = new RangeHeader(position(first), last.isEmpty() ? Long.MAX_VALUE : position(last));
        return read.first > read.last ? Optional.empty() : Optional.of(read);
    }

    /** A number without a limit; one that no representation can reach is as good as the largest. */
    private static long position(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() <= MAX_DIGITS ? Long.parseLong(significant) : Long.MAX_VALUE;
    }

    /**
     * Returns the bytes that it asks of a representation, and begins the answer that has them.
     *
     * @param length of the representation
     * @param what the representation is, for the message: "the slice"
     * @throws ResponseStatusException 416 if the representation has none of them
     */
    Stretch begin(long length, String what, HttpServletResponse response) {
        long from = first < 0 ? Math.max(0, length - last) : first;
        long after = first < 0 || last >= length ? length : last + 1;
        if (from >= after) {
            response.setHeader("Content-Range", "bytes */" + length);
            throw new ResponseStatusException(
                    HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "Range: " + what + " has " + length + " bytes");
        }
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        response.setHeader("Content-Range", "bytes " + from + "-" + (after - 1) + "/" + length);
        response.setContentLengthLong(after - from);
        return new Stretch(from, after - from);
    }
}
