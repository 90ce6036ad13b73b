package dev.bams3.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

/** What the SDK may do with a strategy besides retrying: copy and change it. */
@Tag("fast")
class S3RetriesTest {
    private static final int THROTTLED = 10;

    private final RetryStrategy retries = new S3Retries(S3Settings.DEFAULT);

    @Test
    void aCopyCountsFailedAndThrottledCallsApart() {
        RetryStrategy copy = retries.toBuilder().build();
        assertThat(copy.maxAttempts()).isEqualTo(retries.maxAttempts());
        assertThat(copy.useClientDefaults()).isFalse();
        assertThat(attempts(copy, failure(500, "InternalError"))).isEqualTo(S3Settings.DEFAULT.attempts());
        assertThat(attempts(copy, failure(503, "SlowDown"))).isEqualTo(THROTTLED);
        assertThat(attempts(copy, failure(409, "ConditionalRequestConflict"))).isEqualTo(S3Settings.DEFAULT.attempts());
        assertThat(attempts(copy, failure(404, "NoSuchKey"))).isEqualTo(1);
    }

    @Test
    void aCopyTakesChanges() {
        RetryStrategy changed = retries.toBuilder()
                .maxAttempts(2)
                .retryOnException(failure -> failure instanceof IllegalStateException)
                .treatAsThrottling(failure -> false)
                .build();
        assertThat(changed.maxAttempts()).isEqualTo(2 + THROTTLED - 1);
        assertThat(attempts(changed, new IllegalStateException())).isEqualTo(2);
        assertThat(attempts(retries, new IllegalStateException())).isEqualTo(1);
    }

    /** How often a call is tried that always fails so. */
    private static int attempts(RetryStrategy strategy, Throwable failure) {
        RetryToken token = strategy.acquireInitialToken(AcquireInitialTokenRequest.create("test"))
                .token();
        for (int attempt = 1; ; attempt++) {
            RefreshRetryTokenRequest again = RefreshRetryTokenRequest.builder()
                    .token(token)
                    .failure(failure)
                    .suggestedDelay(Duration.ZERO)
                    .build();
            try {
                token = strategy.refreshRetryToken(again).token();
            } catch (TokenAcquisitionFailedException e) {
                return attempt;
            }
        }
    }

    private static AwsServiceException failure(int status, String code) {
        return AwsServiceException.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }
}
