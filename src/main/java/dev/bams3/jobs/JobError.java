package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Optional;
import java.util.OptionalLong;

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
    static JobError of(ReadsException failure) {
        return new JobError(failure.kind(), failure.text(), failure.resource(), failure.field(), failure.offset());
    }

    static JobError of(ErrorKind kind, String message) {
        return new JobError(kind, message, Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    /** Whether the same attempt may succeed later: a store that did not answer, a process that was stopped. */
    boolean isPassing() {
        return kind == ErrorKind.UNAVAILABLE || kind == ErrorKind.OVERLOADED;
    }
}
