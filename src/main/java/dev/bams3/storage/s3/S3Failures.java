package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Translates failures of S3 calls, after their retries. Messages hold status, error code and request id, never the server's text,
 * which may quote what was signed.
 */
final class S3Failures {
    private static final Set<String> BAD_CREDENTIALS = Set.of(
            "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired", "SignatureDoesNotMatch");

    /** Codes of refusals, status 400 and the like, that are none of the request's. */
    private static final Set<String> TRANSIENT = Set.of("RequestTimeout", "InternalError", "ServiceUnavailable");

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
            return failure(ErrorKind.DENIED, e, resource, "the bucket does not exist: create it, or correct its name");
        }
        if (BAD_CREDENTIALS.contains(code)) {
            return failure(
                    ErrorKind.DENIED, e, resource, "the server does not accept the credentials: check what they are");
        }
        if (code.equals("XAmzContentSHA256Mismatch")) {
            return failure(
                    ErrorKind.DENIED,
                    e,
                    resource,
                    "the server cannot take checksums: set BAMS3_S3_CHECKSUMS to when_required");
        }
        if (e.isThrottlingException()) {
            return failure(ErrorKind.OVERLOADED, e, resource, "the server asks for fewer requests");
        }
        if (code.startsWith("KMS.")) {
            return failure(
                    ErrorKind.DENIED,
                    e,
                    resource,
                    "the key of the bucket's encryption cannot be used: check the key and what the credentials permit");
        }
        if (TRANSIENT.contains(code)) {
            return failure(ErrorKind.UNAVAILABLE, e, resource, "the server failed");
        }
        return switch (e.statusCode()) {
            case 404 -> failure(ErrorKind.NOT_FOUND, e, resource, "no such object");
            case 401, 403 ->
                failure(
                        ErrorKind.DENIED,
                        e,
                        resource,
                        "access denied: check the credentials and what they permit (S3 also answers so for an object that"
                                + " is missing where listing is not allowed, for a public bucket that"
                                + " BAMS3_S3_ANONYMOUS_BUCKETS should name, and for one that"
                                + " BAMS3_S3_REQUESTER_PAYS_BUCKETS should name)");
            case 412 -> failure(ErrorKind.CHANGED, e, resource, "the object was replaced");
            case 416 -> failure(ErrorKind.INVALID_RANGE, e, resource, "the range ends behind the object");
            case 301, 302, 307, 308 ->
                failure(
                        ErrorKind.DENIED,
                        e,
                        resource,
                        "the bucket is elsewhere: check BAMS3_S3_ENDPOINT, BAMS3_S3_REGION and BAMS3_S3_PATH_STYLE");
            case 408, 409, 425 -> failure(ErrorKind.UNAVAILABLE, e, resource, "the server failed");
            case 501 -> failure(ErrorKind.DENIED, e, resource, "the server does not know this kind of request");
            default ->
                e.statusCode() < 500
                        ? failure(ErrorKind.DENIED, e, resource, "the server refuses the request")
                        : failure(ErrorKind.UNAVAILABLE, e, resource, "the server failed");
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
                    "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; a public"
                            + " bucket is read without by BAMS3_S3_ANONYMOUS_BUCKETS",
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
