package dev.bams3.error;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Every failure that this project detects itself: a kind to act on, the resource (an object key, a file, a dataset id)
 * and the field (a request parameter, a field of the format) it was found in. A checked {@link java.io.IOException}, by
 * contrast, means only that the connection to a client, or the file being written for one, broke.
 */
public final class ReadsException extends RuntimeException {
    private final ErrorKind kind;
    private final @Nullable String resource;
    private final @Nullable String field;
    private final OptionalLong offset;
    private final @Nullable String member;

    private ReadsException(
            ErrorKind kind,
            @Nullable String resource,
            @Nullable String field,
            String message,
            @Nullable Throwable cause) {
        this(kind, resource, field, OptionalLong.empty(), message, cause);
    }

    private ReadsException(
            ErrorKind kind,
            @Nullable String resource,
            @Nullable String field,
            OptionalLong offset,
            String message,
            @Nullable Throwable cause) {
        this(kind, resource, field, offset, message, cause, null);
    }

    private ReadsException(
            ErrorKind kind,
            @Nullable String resource,
            @Nullable String field,
            OptionalLong offset,
            String message,
            @Nullable Throwable cause,
            @Nullable String member) {
        super(message, cause);
        this.member = member;
        this.kind = kind;
        this.resource = resource;
        this.field = field;
        this.offset = offset;
    }

    public static ReadsException of(ErrorKind kind, String message) {
        return new ReadsException(kind, null, null, message, null);
    }

    public static ReadsException of(ErrorKind kind, String message, Throwable cause) {
        return new ReadsException(kind, null, null, message, cause);
    }

    /** CANCELLED: the thread was interrupted; it is so again. */
    public static ReadsException interrupted(String waitedFor, Throwable cause) {
        Thread.currentThread().interrupt();
        return new ReadsException(ErrorKind.CANCELLED, null, null, "interrupted while waiting for " + waitedFor, cause);
    }

    /** INTERNAL: an exception that no code expects, which only a defect of this program explains. */
    public static ReadsException defect(Throwable cause) {
        return new ReadsException(ErrorKind.INTERNAL, null, null, "a defect of this program: " + cause, cause);
    }

    /** A failure of {@code resource}: an object, a file, a dataset. */
    public static ReadsException about(ErrorKind kind, String resource, String message) {
        return new ReadsException(kind, resource, null, message, null);
    }

    /** A failure of {@code resource}, with what caused it. */
    public static ReadsException about(ErrorKind kind, String resource, String message, Throwable cause) {
        return new ReadsException(kind, resource, null, message, cause);
    }

    /** A request parameter (named by {@code field}) that cannot be accepted. */
    public static ReadsException invalidInput(String field, String message) {
        return new ReadsException(ErrorKind.INVALID_INPUT, null, field, message, null);
    }

    /** Something (named by {@code field} in a request) that is not there. */
    public static ReadsException notFound(String field, String message) {
        return new ReadsException(ErrorKind.NOT_FOUND, null, field, message, null);
    }

    /** Something (named by {@code field} in a request) that stands against the request as things are now. */
    public static ReadsException conflict(String field, String message) {
        return new ReadsException(ErrorKind.CHANGED, null, field, message, null);
    }

    /** Stored bytes of {@code resource} whose {@code field}, at byte {@code offset} of that object, is wrong. */
    public static ReadsException corrupt(String resource, long offset, String field, String message) {
        return atOffset(resource, offset, field, message, null);
    }

    /** The same, learned from another failure. */
    public static ReadsException corrupt(String resource, long offset, String field, String message, Throwable cause) {
        return atOffset(resource, offset, field, message, cause);
    }

    /** UNSUPPORTED_VERSION: {@code field} of {@code resource} is of a newer version of the format. */
    public static ReadsException unsupported(String resource, String field, String message) {
        return new ReadsException(ErrorKind.UNSUPPORTED_VERSION, resource, field, message, null);
    }

    private static ReadsException atOffset(
            String resource, long offset, String field, String message, @Nullable Throwable cause) {
        String text = field + " at byte " + offset + ": " + message;
        return new ReadsException(ErrorKind.CORRUPT, resource, field, OptionalLong.of(offset), text, cause);
    }

    /** A failure that another process has met, from all that is known of it. */
    public static ReadsException restored(
            ErrorKind kind, String text, Optional<String> resource, Optional<String> field, OptionalLong offset) {
        return new ReadsException(kind, resource.orElse(null), field.orElse(null), offset, text, null);
    }

    /** The same failure, found in {@code newResource}; for code that learns only outside what it was reading. */
    public ReadsException in(String newResource) {
        return new ReadsException(kind, newResource, field, offset, text(), this);
    }

    /** The same failure, of one dataset of a cohort. */
    public ReadsException ofMember(String id) {
        return new ReadsException(kind, "member '" + id + "' of the cohort", null, offset, getMessage(), this, id);
    }

    /** Returns the id of the dataset of a cohort that failed. */
    public Optional<String> member() {
        return Optional.ofNullable(member);
    }

    public ErrorKind kind() {
        return kind;
    }

    public Optional<String> resource() {
        return Optional.ofNullable(resource);
    }

    public Optional<String> field() {
        return Optional.ofNullable(field);
    }

    /** The byte of the resource where it was found, where it was found by reading one. */
    public OptionalLong offset() {
        return offset;
    }

    /** The message without the resource. */
    public String text() {
        return String.valueOf(super.getMessage());
    }

    @Override
    public String getMessage() {
        return resource == null ? text() : resource + ": " + text();
    }
}
