package dev.bams3.storage.http;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The attempts of one call: those that failed for a reason that may pass are repeated, after longer and longer waits. */
final class Attempts {
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final WebSettings settings;
    private final String resource;

    Attempts(WebSettings settings, String resource) {
        this.settings = settings;
        this.resource = resource;
    }

    <T> T until(Supplier<T> attempt) {
        for (int number = 1; ; number++) {
            try {
                return attempt.get();
            } catch (ReadsException e) {
                boolean passing = e.kind() == ErrorKind.UNAVAILABLE || e.kind() == ErrorKind.OVERLOADED;
                if (!passing || number >= settings.attempts()) {
                    throw e;
                }
                sleep(number);
            }
        }
    }

    private void sleep(int number) {
        Duration doubled = settings.firstBackoff().multipliedBy(1L << Math.min(number - 1, 16));
        long millis = Math.min(doubled.toMillis(), LONGEST_BACKOFF.toMillis());
        try {
            Thread.sleep(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private ReadsException interrupted(InterruptedException e) {
        return ReadsException.interrupted(resource, e);
    }

    /**
     * Sends a request and waits for the whole answer.
     *
     * @throws ReadsException UNAVAILABLE for no answer, a broken one or one that takes longer than {@code timeout}; DENIED
     *     for a server whose certificate is not accepted; CANCELLED when this thread was interrupted
     */
    static <T> HttpResponse<T> send(
            HttpClient client,
            HttpRequest request,
            HttpResponse.BodyHandler<T> handler,
            Duration timeout,
            String resource) {
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw ReadsException.interrupted(resource, e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw ReadsException.about(
                    ErrorKind.UNAVAILABLE,
                    resource,
                    "no whole answer from the server in " + timeout.toMillis() + " ms",
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            for (Throwable deeper = cause; deeper != null; deeper = deeper.getCause()) {
                if (deeper instanceof CertificateException) {
                    throw ReadsException.about(
                            ErrorKind.DENIED,
                            resource,
                            "the certificate of the server is not accepted: " + deeper.getMessage(),
                            cause);
                }
            }
            String message = cause.getMessage() == null ? "" : ": " + cause.getMessage();
            throw ReadsException.about(
                    ErrorKind.UNAVAILABLE,
                    resource,
                    "no whole answer from the server: " + cause.getClass().getSimpleName() + message,
                    cause);
        }
    }
}
