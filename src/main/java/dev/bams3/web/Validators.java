package dev.bams3.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The validators of a representation, for conditional requests (RFC 9110 § 8.8 and 13, 2022-06).
 *
 * @param etag a strong entity tag, in its quotes
 * @param lastModified in whole seconds; empty where only the tag counts
 */
record Validators(String etag, Optional<Instant> lastModified) {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Sets the headers that carry them. */
    void describe(HttpServletResponse response) {
        response.setHeader("ETag", etag);
        lastModified.ifPresent(time -> response.setHeader("Last-Modified", HTTP_DATE.format(time)));
    }

    /**
     * Answers 304 where the client has the representation, by `If-None-Match` or `If-Modified-Since`.
     *
     * @param what the representation is, for the message: "the slice"
     * @return whether that was done
     * @throws ResponseStatusException 412 where `If-Match` or `If-Unmodified-Since` does not hold
     */
    boolean answers(HttpServletRequest request, HttpServletResponse response, String what) {
        @Nullable String match = request.getHeader("If-Match");
        Optional<Instant> unmodified = date(request, "If-Unmodified-Since");
        if (match != null ? !matches(match) : unmodified.isPresent() && isModifiedSince(unmodified.get())) {
            String message = match != null
                    ? "If-Match: " + what + " has the tag " + etag + " here"
                    : "If-Unmodified-Since: " + what + " is younger";
            throw new ResponseStatusException(HttpStatus.PRECONDITION_FAILED, message);
        }
        @Nullable String noneMatch = request.getHeader("If-None-Match");
        Optional<Instant> modified = date(request, "If-Modified-Since");
        if (noneMatch != null
                ? matchesWeakly(noneMatch)
                : modified.isPresent() && lastModified.isPresent() && !isModifiedSince(modified.get())) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return true;
        }
        return false;
    }

    /** Whether a request names these bytes as the ones it wants, by `If-Match`. */
    boolean areRequired(HttpServletRequest request) {
        @Nullable String match = request.getHeader("If-Match");
        return match != null && names(match, etag);
    }

    /** Whether `If-Range` names these bytes; absent where the request has none. */
    Optional<Boolean> continued(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader("If-Range"))
                .map(condition -> condition.strip().equals(etag)
                        || (lastModified.isPresent()
                                && date(request, "If-Range").equals(lastModified)));
    }

    private boolean matches(String tags) {
        return names(tags, "*") || names(tags, etag);
    }

    /** The comparison for which a tag that is only equivalent will do. */
    private boolean matchesWeakly(String tags) {
        return matches(tags) || names(tags, "W/" + etag);
    }

    private boolean isModifiedSince(Instant time) {
        return lastModified.isPresent() && lastModified.get().isAfter(time);
    }

    private static boolean names(String tags, String tag) {
        return Arrays.stream(tags.split(",")).map(String::strip).anyMatch(tag::equals);
    }

    /** A date that cannot be read is ignored, as the RFC has it. */
    private static Optional<Instant> date(HttpServletRequest request, String header) {
        @Nullable String value = request.getHeader(header);
        try {
            return value == null
                    ? Optional.empty()
                    : Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.strip(), Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
