package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * The error that a failed request is answered with (htsget 1.3 § Errors).
 *
 * @param status of HTTP
 * @param error name of the specification, or `ServiceUnavailable`, for which it has none
 * @param message for people: the parameter and the way out
 * @param field of the request that is wrong, where one is: a parameter, a header, a key of the body ({@code options.level})
 * @param retryAfterSeconds when the same request may succeed
 */
public record HtsgetError(
        int status, String error, String message, Optional<String> field, OptionalInt retryAfterSeconds) {
    public static final String CONTENT_TYPE = "application/json; charset=utf-8";

    private static final JsonFactory JSON = new JsonFactory();
    private static final OptionalInt NEVER = OptionalInt.empty();
    private static final OptionalInt SOON = OptionalInt.of(1);
    private static final OptionalInt LATER = OptionalInt.of(5);

    /** The one place where a kind of failure becomes a status. Details of the service itself are for its log, not for callers. */
    public static HtsgetError of(ReadsException failure) {
        if (failure.kind() == ErrorKind.DENIED && failure.resource().isPresent()) {
            // A store that refuses this service says nothing about the caller.
            return internal("the storage of the datasets refuses this service; tell the operator");
        }
        return switch (failure.kind()) {
            case INVALID_INPUT -> refused(400, "InvalidInput", failure);
            case INVALID_RANGE -> refused(400, "InvalidRange", failure);
            case UNSUPPORTED_FORMAT -> refused(400, "UnsupportedFormat", failure);
            case UNAUTHENTICATED -> refused(401, "InvalidAuthentication", failure);
            case DENIED -> refused(403, "PermissionDenied", failure);
            case NOT_FOUND -> refused(404, "NotFound", failure);
            case TOO_LARGE -> refused(413, "PayloadTooLarge", failure);
            case CHANGED -> unavailable(about(failure) + "the dataset was replaced while it was read; ask again", SOON);
            case OVERLOADED -> unavailable("no free place for this request now; ask again", SOON);
            case UNAVAILABLE ->
                unavailable(about(failure) + "the storage of the datasets does not answer; ask again", LATER);
            case CANCELLED -> unavailable("the service is stopping; ask again", SOON);
            case INTERNAL -> internal();
            case CORRUPT -> internal(about(failure) + "the stored dataset is damaged; tell the operator");
            case UNSUPPORTED_VERSION ->
                internal(about(failure) + "the dataset needs a newer release of this service; tell the operator");
        };
    }

    /** Names the dataset of a cohort that failed; the request named the others. */
    private static String about(ReadsException failure) {
        return failure.member().map(id -> "member '" + id + "' of the cohort: ").orElse("");
    }

    /**
     * Returns the error of a request on the admin surface, whose callers are operators: a store that refuses what was asked is
     * named with its reason, and an object or job that others have changed is a conflict.
     */
    public static HtsgetError ofAdmin(ReadsException failure) {
        boolean stored = failure.resource().isPresent();
        if (stored && failure.kind() == ErrorKind.DENIED) {
            return new HtsgetError(
                    409, "Conflict", "the store refuses this: " + failure.getMessage(), failure.field(), NEVER);
        }
        return !stored && failure.kind() == ErrorKind.CHANGED ? refused(409, "Conflict", failure) : of(failure);
    }

    private static HtsgetError refused(int status, String error, ReadsException failure) {
        return failure.resource().isPresent()
                ? new HtsgetError(status, error, failure.getMessage(), Optional.empty(), NEVER)
                : new HtsgetError(
                        status,
                        error,
                        failure.field()
                                .map(field -> field + ": " + failure.text())
                                .orElse(failure.text()),
                        failure.field(),
                        NEVER);
    }

    /** Returns the error of a failure found by the HTTP server or framework, by its status (400 to 599). */
    public static HtsgetError ofStatus(int status, String message) {
        String error = switch (status) {
            case 401 -> "InvalidAuthentication";
            case 403 -> "PermissionDenied";
            case 404 -> "NotFound";
            case 413 -> "PayloadTooLarge";
            case 503 -> "ServiceUnavailable";
            default -> status < 500 ? "InvalidInput" : "InternalServerError";
        };
        return new HtsgetError(status, error, message, Optional.empty(), NEVER);
    }

    /** Returns the error of a caller that exceeds a limit. */
    public static HtsgetError tooMany(String message, int retryAfterSeconds) {
        return new HtsgetError(429, "TooManyRequests", message, Optional.empty(), OptionalInt.of(retryAfterSeconds));
    }

    /** Returns the error of an answer that did not begin in time; the message says what it waited for. */
    public static HtsgetError late(String message) {
        return unavailable(message + "; ask again, or for less", LATER);
    }

    /** Returns the error of an unexpected failure. */
    public static HtsgetError internal() {
        return internal("the service failed; tell the operator");
    }

    private static HtsgetError unavailable(String message, OptionalInt retryAfterSeconds) {
        return new HtsgetError(503, "ServiceUnavailable", message, Optional.empty(), retryAfterSeconds);
    }

    private static HtsgetError internal(String message) {
        return new HtsgetError(500, "InternalServerError", message, Optional.empty(), NEVER);
    }

    /** Whether the cause is on this side, and belongs into the log. */
    public boolean isOurs() {
        return status >= 500;
    }

    /** Returns this error with the request's id in its message, by which an operator finds it in the log. */
    public HtsgetError withRequestId(String requestId) {
        return new HtsgetError(status, error, message + " (request " + requestId + ")", field, retryAfterSeconds);
    }

    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectPropertyStart("htsget");
            json.writeStringProperty("error", error);
            json.writeStringProperty("message", message);
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
