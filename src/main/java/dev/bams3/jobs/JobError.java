package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
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
    private static final int MOST_REPORTED = 2000;
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

    /** For the process that waits for this one; short enough for the 4096 bytes that Kubernetes keeps of a message. */
    public String toJson() {
        String kept = message.length() <= MOST_REPORTED ? message : message.substring(0, MOST_REPORTED);
        return JSON.writeValueAsString(new JobError(kind, kept, resource, field, offset));
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
