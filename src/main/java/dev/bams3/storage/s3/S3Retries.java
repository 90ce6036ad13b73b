package dev.bams3.storage.s3;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;

/**
 * Retries failed and throttled calls by two strategies. A throttled call is no failure of the server, so it is counted
 * separately: it is retried more often, with a longer backoff, which lowers the request rate of a process whose calls in
 * flight are bounded, and it uses up nothing of the retry budget (token bucket) that a dead server is given. The refusal of
 * a HEAD has no body that distinguishes a throttled call from a failed one, so it counts as failed.
 */
final class S3Retries implements RetryStrategy {
    /** Waits of 200 ms to 5 s between them are 13 to 26 s in all: a request's deadline is not used up by one call. */
    private static final int THROTTLED_ATTEMPTS = 10;

    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final RetryStrategy failed;
    private final RetryStrategy throttled;

    /** The state of one call in both strategies. */
    private record Token(RetryToken failed, RetryToken throttled) implements RetryToken {}

    S3Retries(S3Settings settings) {
        failed = standard(settings).maxAttempts(settings.attempts()).build();
        throttled = standard(settings)
                .maxAttempts(THROTTLED_ATTEMPTS)
                .circuitBreakerEnabled(false)
                .build();
    }

    private S3Retries(RetryStrategy failed, RetryStrategy throttled) {
        this.failed = failed;
        this.throttled = throttled;
    }

    private static StandardRetryStrategy.Builder standard(S3Settings settings) {
        Duration first = settings.firstBackoff();
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .backoffStrategy(BackoffStrategy.exponentialDelayHalfJitter(first, LONGEST_BACKOFF))
                .throttlingBackoffStrategy(
                        BackoffStrategy.exponentialDelayHalfJitter(first.multipliedBy(4), LONGEST_BACKOFF))
                .retryOnException(S3Retries::isConflict);
    }

    /** Two conditional writes of a key met; S3 asks to try again (S3 User Guide, conditional writes). */
    private static boolean isConflict(Throwable failure) {
        return failure instanceof AwsServiceException service
                && service.statusCode() == 409
                && S3Failures.code(service).equals("ConditionalRequestConflict");
    }

    @Override
    public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
        AcquireInitialTokenResponse first = failed.acquireInitialToken(request);
        return AcquireInitialTokenResponse.create(
                new Token(first.token(), throttled.acquireInitialToken(request).token()), first.delay());
    }

    @Override
    public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
        Token token = (Token) request.token();
        if (request.failure() instanceof SdkServiceException refusal && refusal.isThrottlingException()) {
            RefreshRetryTokenResponse next =
                    throttled.refreshRetryToken(request.copy(copy -> copy.token(token.throttled())));
            return RefreshRetryTokenResponse.create(new Token(token.failed(), next.token()), next.delay());
        }
        RefreshRetryTokenResponse next = failed.refreshRetryToken(request.copy(copy -> copy.token(token.failed())));
        return RefreshRetryTokenResponse.create(new Token(next.token(), token.throttled()), next.delay());
    }

    @Override
    public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
        Token token = (Token) request.token();
        failed.recordSuccess(RecordSuccessRequest.create(token.failed()));
        return RecordSuccessResponse.create(token);
    }

    /** Returns the attempts of a call at most, of both kinds together. */
    @Override
    public int maxAttempts() {
        return failed.maxAttempts() + throttled.maxAttempts() - 1;
    }

    @Override
    public boolean useClientDefaults() {
        return false;
    }

    @Override
    public Builder toBuilder() {
        return new Builder(failed.toBuilder(), throttled.toBuilder());
    }

    /** Changes both strategies; only the number of attempts is that of failed calls alone. */
    static final class Builder implements RetryStrategy.Builder<Builder, S3Retries> {
        private final RetryStrategy.Builder<?, ?> failed;
        private final RetryStrategy.Builder<?, ?> throttled;

        private Builder(RetryStrategy.Builder<?, ?> failed, RetryStrategy.Builder<?, ?> throttled) {
            this.failed = failed;
            this.throttled = throttled;
        }

        private Builder both(Consumer<RetryStrategy.Builder<?, ?>> change) {
            change.accept(failed);
            change.accept(throttled);
            return this;
        }

        @Override
        public Builder retryOnException(Predicate<Throwable> failures) {
            return both(strategy -> strategy.retryOnException(failures));
        }

        @Override
        public Builder maxAttempts(int attempts) {
            failed.maxAttempts(attempts);
            return this;
        }

        @Override
        public Builder backoffStrategy(BackoffStrategy backoff) {
            return both(strategy -> strategy.backoffStrategy(backoff));
        }

        @Override
        public Builder throttlingBackoffStrategy(BackoffStrategy backoff) {
            return both(strategy -> strategy.throttlingBackoffStrategy(backoff));
        }

        @Override
        public Builder treatAsThrottling(Predicate<Throwable> failures) {
            return both(strategy -> strategy.treatAsThrottling(failures));
        }

        @Override
        public S3Retries build() {
            return new S3Retries(failed.build(), throttled.build());
        }
    }
}
