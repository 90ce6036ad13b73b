package dev.bams3.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SimpleSecurityContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When keys are fetched again, by a clock of the test's. */
@Tag("fast")
class RefreshLimitTest {
    private static final long BEGIN = 1_000_000_000_000L;
    private static final SecurityContext CONTEXT = new SimpleSecurityContext();

    /** A new set of keys at each fetch. */
    private static final class Issuer implements JWKSetSource<SecurityContext> {
        private int fetches;
        private boolean fails;

        @Override
        public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator wanted, long now, SecurityContext context)
                throws KeySourceException {
            fetches++;
            if (fails) {
                throw new JWKSetUnavailableException("does not answer");
            }
            return new JWKSet();
        }

        @Override
        public void close() {}
    }

    private final Issuer issuer = new Issuer();
    private final RefreshLimit keys =
            new RefreshLimit(((JWKSetBasedJWKSource<SecurityContext>) JWKSourceBuilder.<SecurityContext>create(issuer)
                            .refreshAheadCache(false)
                            .rateLimited(false)
                            .build())
                    .getJWKSetSource());

    private JWKSet known(long now) throws KeySourceException {
        return keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), now, CONTEXT);
    }

    /** As a token asks whose key is not among those that are known. */
    private JWKSet refreshed(JWKSet known, long now) throws KeySourceException {
        return keys.getJWKSet(JWKSetCacheRefreshEvaluator.referenceComparison(known), now, CONTEXT);
    }

    @Test
    void onceAMinute() throws KeySourceException {
        JWKSet first = known(BEGIN);
        // The keys were fetched just now, and may have been replaced since.
        JWKSet second = refreshed(first, BEGIN + 1);
        assertThat(second).isNotSameAs(first);
        assertThat(issuer.fetches).isEqualTo(2);
        for (long now = BEGIN + 2; now < BEGIN + 60_000; now += 1_000) {
            assertThat(refreshed(second, now)).isSameAs(second);
        }
        assertThat(issuer.fetches).isEqualTo(2);
        assertThat(refreshed(second, BEGIN + 60_001)).isNotSameAs(second);
        assertThat(issuer.fetches).isEqualTo(3);
    }

    /** Who asks with keys that were replaced meanwhile gets those, and nothing is fetched. */
    @Test
    void whatWasFetchedForOneIsForAll() throws KeySourceException {
        JWKSet first = known(BEGIN);
        JWKSet second = refreshed(first, BEGIN + 1);
        assertThat(refreshed(first, BEGIN + 2)).isSameAs(second);
        assertThat(issuer.fetches).isEqualTo(2);
    }

    /** Whether an unknown key is good cannot be said until the issuer answers. */
    @Test
    void aFailureLastsAsLong() throws KeySourceException {
        JWKSet first = known(BEGIN);
        issuer.fails = true;
        for (long now = BEGIN + 1; now < BEGIN + 60_000; now += 10_000) {
            long at = now;
            assertThatThrownBy(() -> refreshed(first, at)).isInstanceOf(JWKSetUnavailableException.class);
        }
        assertThat(issuer.fetches).isEqualTo(2);
        assertThat(known(BEGIN + 60_000)).isSameAs(first);
        issuer.fails = false;
        assertThat(refreshed(first, BEGIN + 60_001)).isNotSameAs(first);
    }
}
