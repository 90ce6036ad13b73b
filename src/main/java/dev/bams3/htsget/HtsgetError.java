package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.ByteArrayOutputStream;
import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * A failed request, as every answer of this service tells it (htsget 1.3 § Errors).
 *
 * @param status of HTTP
 * @param error name of the specification, or `ServiceUnavailable`, for which it has none
 * @param message for people: the parameter and the way out
 * @param retryAfterSeconds when the same request may succeed
 */
public record HtsgetError(int status, String error, String message, OptionalInt retryAfterSeconds) {
    public static final String CONTENT_TYPE = "application/json; charset=utf-8";

    private static final JsonFactory JSON = new JsonFactory();
    private static final OptionalInt NEVER = OptionalInt.empty();
    private static final OptionalInt SOON = OptionalInt.of(1);
    private static final OptionalInt LATER = OptionalInt.of(5);

    /** The one place where a kind of failure becomes a status. What lies inside the service is for its log, not for callers. */
    public static HtsgetError of(ReadsException failure) {
        String message = failure.resource().isPresent()
                ? failure.getMessage()
                : failure.field().map(field -> field + ": " + failure.text()).orElse(failure.text());
        if (failure.kind() == ErrorKind.DENIED && failure.resource().isPresent()) {
            // A store that refuses this service says nothing about the caller.
            return internal("the storage of the datasets refuses this service; tell the operator");
        }
        return switch (failure.kind()) {
            case INVALID_INPUT -> new HtsgetError(400, "InvalidInput", message, NEVER);
            case INVALID_RANGE -> new HtsgetError(400, "InvalidRange", message, NEVER);
            case UNSUPPORTED_FORMAT -> new HtsgetError(400, "UnsupportedFormat", message, NEVER);
            case UNAUTHENTICATED -> new HtsgetError(401, "InvalidAuthentication", message, NEVER);
            case DENIED -> new HtsgetError(403, "PermissionDenied", message, NEVER);
            case NOT_FOUND -> new HtsgetError(404, "NotFound", message, NEVER);
            case TOO_LARGE -> new HtsgetError(413, "PayloadTooLarge", message, NEVER);
            case CHANGED -> unavailable("the dataset was replaced while it was read; ask again", SOON);
            case OVERLOADED -> unavailable("no free place for this request now; ask again", SOON);
            case UNAVAILABLE -> unavailable("the storage of the datasets does not answer; ask again", LATER);
            case CANCELLED -> unavailable("the service is stopping; ask again", SOON);
            case INTERNAL -> internal();
            case CORRUPT -> internal("the stored dataset is damaged; tell the operator");
            case UNSUPPORTED_VERSION ->
                internal("the dataset needs a newer release of this service; tell the operator");
        };
    }

    /** A failure found by the HTTP server or framework, by its status (400 to 599). */
    public static HtsgetError ofStatus(int status, String message) {
        String error = switch (status) {
            case 401 -> "InvalidAuthentication";
            case 403 -> "PermissionDenied";
            case 404 -> "NotFound";
            case 413 -> "PayloadTooLarge";
            case 503 -> "ServiceUnavailable";
            default -> status < 500 ? "InvalidInput" : "InternalServerError";
        };
        return new HtsgetError(status, error, message, NEVER);
    }

    /** An answer that did not begin in time; the message says what was waited for. */
    public static HtsgetError late(String message) {
        return unavailable(message + "; ask again, or for less", LATER);
    }

    /** A failure that nobody foresaw. */
    public static HtsgetError internal() {
        return internal("the service failed; tell the operator");
    }

    private static HtsgetError unavailable(String message, OptionalInt retryAfterSeconds) {
        return new HtsgetError(503, "ServiceUnavailable", message, retryAfterSeconds);
    }

    private static HtsgetError internal(String message) {
        return new HtsgetError(500, "InternalServerError", message, NEVER);
    }

    /** Whether the cause is on this side, and belongs into the log. */
    public boolean isOurs() {
        return status >= 500;
    }

    /** The same error with the request's id in its message, by which an operator finds it in the log. */
    public HtsgetError withRequestId(String requestId) {
        return new HtsgetError(status, error, message + " (request " + requestId + ")", retryAfterSeconds);
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
