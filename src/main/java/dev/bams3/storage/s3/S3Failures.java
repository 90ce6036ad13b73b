package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failed call means, after its retries. Messages hold status, error code and request id, never the server's text,
 * which may quote what was signed.
 */
final class S3Failures {
    private static final Set<String> BAD_CREDENTIALS = Set.of(
            "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired", "SignatureDoesNotMatch");

    private S3Failures() {}

    static ReadsException of(SdkException e, String resource) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ReadsException ours) {
                return ours;
            }
        }
        if (e instanceof AbortedException || Thread.currentThread().isInterrupted()) {
            Thread.currentThread().interrupt();
            return ReadsException.about(ErrorKind.CANCELLED, resource, "interrupted while waiting for the store", e);
        }
        return e instanceof AwsServiceException service ? refused(service, resource) : unreachable(e, resource);
    }

    static String code(AwsServiceException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    private static ReadsException refused(AwsServiceException e, String resource) {
        String code = code(e);
        if (code.equals("NoSuchBucket")) {
            return failure(
                    ErrorKind.UNAVAILABLE, e, resource, "the bucket does not exist: create it, or correct its name");
        }
        if (BAD_CREDENTIALS.contains(code)) {
            return failure(ErrorKind.DENIED, e, resource, "the server does not accept the credentials");
        }
        if (code.equals("XAmzContentSHA256Mismatch")) {
            return failure(
                    ErrorKind.UNAVAILABLE, e, resource, "the server cannot take checksums: set them to when_required");
        }
        if (e.isThrottlingException()) {
            return failure(ErrorKind.OVERLOADED, e, resource, "the server asks for fewer requests");
        }
        return switch (e.statusCode()) {
            case 404 -> failure(ErrorKind.NOT_FOUND, e, resource, "no such object");
            case 401, 403 ->
                failure(
                        ErrorKind.DENIED,
                        e,
                        resource,
                        "access denied (also the answer for a missing object, where listing is not allowed)");
            case 412 -> failure(ErrorKind.CHANGED, e, resource, "the object was replaced");
            case 416 -> failure(ErrorKind.INVALID_RANGE, e, resource, "the range ends behind the object");
            case 301, 307 ->
                failure(
                        ErrorKind.UNAVAILABLE,
                        e,
                        resource,
                        "the bucket is in another region, or needs the other path style");
            default -> failure(ErrorKind.UNAVAILABLE, e, resource, "the server failed");
        };
    }

    private static ReadsException failure(ErrorKind kind, AwsServiceException e, String resource, String text) {
        String code = code(e).isEmpty() ? "" : " " + code(e);
        String request = e.requestId() == null ? "" : ", request " + e.requestId();
        return ReadsException.about(kind, resource, text + " (" + e.statusCode() + code + request + ")", e);
    }

    private static ReadsException unreachable(SdkException e, String resource) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("Unable to load credentials")) {
            return ReadsException.about(
                    ErrorKind.DENIED,
                    resource,
                    "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
                    e);
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return ReadsException.about(
                ErrorKind.UNAVAILABLE,
                resource,
                "no whole answer from the server: " + root.getClass().getSimpleName() + ": " + root.getMessage(),
                e);
    }
}
