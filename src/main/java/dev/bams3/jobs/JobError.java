package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Why an attempt ended without a dataset.
 *
 * @param kind what to act on
 * @param message for people
 * @param resource the file, object or dataset it was found in
 * @param field of the request or of the format
 * @param offset byte of the resource where it was found
 */
public record JobError(
        ErrorKind kind, String message, Optional<String> resource, Optional<String> field, OptionalLong offset) {
    private static final int MOST_REPORTED = 4096;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public static JobError of(ReadsException failure) {
        return new JobError(failure.kind(), failure.text(), failure.resource(), failure.field(), failure.offset());
    }

    public static JobError of(ErrorKind kind, String message) {
        return new JobError(kind, message, Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    /** Whether the same attempt may succeed later: a store that did not answer, a process that was stopped. */
    public boolean isPassing() {
        return kind == ErrorKind.UNAVAILABLE || kind == ErrorKind.OVERLOADED;
    }

    /**
     * For the process that waits for this one; at most the 4096 bytes that Kubernetes keeps of a message, for which the
     * message is cut and, where that is not enough, where it was found is left out.
     */
    public String toJson() {
        int kept = message.length();
        String json = JSON.writeValueAsString(this);
        while (kept > 0 && isTooLong(json)) {
            kept = kept * 3 / 4;
            if (kept > 0 && Character.isHighSurrogate(message.charAt(kept - 1))) {
                kept--;
            }
            json = JSON.writeValueAsString(new JobError(kind, message.substring(0, kept), resource, field, offset));
        }
        return isTooLong(json) ? of(kind, message).toJson() : json;
    }

    private static boolean isTooLong(String json) {
        return json.getBytes(StandardCharsets.UTF_8).length > MOST_REPORTED;
    }

    /** Empty for anything that {@link #toJson} did not make. */
    public static Optional<JobError> ofJson(String text) {
        try {
            return Optional.ofNullable(JSON.readValue(text, JobError.class));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    public ReadsException toException() {
        return ReadsException.restored(kind, message, resource, field, offset);
    }
}
