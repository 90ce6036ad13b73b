package dev.bams3.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keys of an issuer that are fetched for an unknown key at most once a minute, however many tokens name one. Nimbus' own limit
 * would fail a token that comes too early as if the issuer did not answer; here it is judged by the keys that are known. Safe
 * for many threads.
 */
final class RefreshLimit extends JWKSetSourceWrapper<SecurityContext> {
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private final ReentrantLock refresh = new ReentrantLock();
    // Both guarded by the lock.
    private long nextMillis = Long.MIN_VALUE;
    private Optional<KeySourceException> lastFailure = Optional.empty();

    /** @param keys keep the keys and fetch them when they are asked to refresh them */
    RefreshLimit(JWKSetSource<SecurityContext> keys) {
        super(keys);
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator wanted, long nowMillis, SecurityContext context)
            throws KeySourceException {
        JWKSet known = known(nowMillis, context);
        if (!wanted.requiresRefresh(known)) {
            return known;
        }
        refresh.lock();
        try {
            // Tokens of a new key may come at the same time: all but one wait for the keys that the first has fetched.
            known = known(nowMillis, context);
            if (!wanted.requiresRefresh(known)) {
                return known;
            }
            if (nowMillis < nextMillis) {
                if (lastFailure.isPresent()) {
                    throw lastFailure.get();
                }
                return known;
            }
            nextMillis = nowMillis + INTERVAL.toMillis();
            lastFailure = Optional.empty();
            return getSource().getJWKSet(wanted, nowMillis, context);
        } catch (KeySourceException e) {
            lastFailure = Optional.of(e);
            throw e;
        } finally {
            refresh.unlock();
        }
    }

    private JWKSet known(long nowMillis, SecurityContext context) throws KeySourceException {
        return getSource().getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), nowMillis, context);
    }
}
