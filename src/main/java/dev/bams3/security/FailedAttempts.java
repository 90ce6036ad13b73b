package dev.bams3.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.access.LinkTokens;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ForgedTokens;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * The rate limit of failed authentications: tokens, links and addresses of tickets that were not accepted, by the client that sent them. An address
 * that is over its limit is refused before its credentials are looked at, unless they were accepted lately: others behind the
 * same address go on. Safe for many threads.
 */
public final class FailedAttempts implements ForgedTokens {
    /** Addresses that are remembered; a forgotten one begins with a full bucket. */
    private static final int MAX_ADDRESSES = 100_000;

    /** Credentials that are remembered as accepted, by their digests. */
    private static final int MAX_ACCEPTED = 20_000;

    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final double SECONDS = 60;

    private final int perMinute;
    private final Cache<String, TokenBucket> addresses = cache(MAX_ADDRESSES);
    private final Cache<String, Boolean> accepted = cache(MAX_ACCEPTED);

    /** @param perMinute failures of one address, at once and in the long run; 0 is no limit */
    public FailedAttempts(int perMinute) {
        this.perMinute = perMinute;
    }

    private static <T> Cache<String, T> cache(int size) {
        return Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(size)
                .expireAfterAccess(REMEMBERED)
                .build();
    }

    /**
     * Returns the answer to a request whose credential is not looked at; empty where it is.
     *
     * @param address as {@link ClientAddress} has it; likewise below
     */
    Optional<HtsgetError> refusal(String address, String credential) {
        TokenBucket bucket = addresses.getIfPresent(address);
        if (bucket == null || accepted.getIfPresent(LinkTokens.id(credential)) != null) {
            return Optional.empty();
        }
        int seconds;
        synchronized (bucket) {
            seconds = bucket.secondsUntilNext(System.nanoTime());
        }
        return seconds == 0
                ? Optional.empty()
                : Optional.of(HtsgetError.tooMany(
                        "too many tokens, links or addresses of tickets from your address were not accepted, more than "
                                + perMinute + " a minute; wait, or send one that was",
                        seconds));
    }

    /** Slices are not refused before they are looked at: their tokens are new with each ticket, and a signature is checked fast. */
    @Override
    public Optional<HtsgetError> count(HttpServletRequest request, String token) {
        String address = ClientAddress.of(request);
        Optional<HtsgetError> refusal = refusal(address, token);
        failed(address, token);
        return refusal;
    }

    void succeeded(String credential) {
        if (perMinute > 0) {
            accepted.put(LinkTokens.id(credential), true);
        }
    }

    void failed(String address, String credential) {
        if (perMinute == 0) {
            return;
        }
        accepted.invalidate(LinkTokens.id(credential));
        TokenBucket bucket =
                addresses.get(address, _ -> new TokenBucket(perMinute / SECONDS, perMinute, System.nanoTime()));
        synchronized (bucket) {
            bucket.take(System.nanoTime());
        }
    }

    /** Addresses and credentials that are remembered. */
    long remembered() {
        return addresses.estimatedSize() + accepted.estimatedSize();
    }
}
