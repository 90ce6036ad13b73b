package dev.bams3.app;

import dev.bams3.error.ReadsException;
import dev.bams3.security.TokenIssuer;
import dev.bams3.security.TokenVerifier;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;

/**
 * Tokens that say who asks (OAuth2, JWT).
 *
 * @param issuer expected {@code iss}; where {@code jwksUri} is absent, its OpenID or OAuth2 metadata tell it. Neither: no
 *     token means anything
 * @param jwksUri address of the issuer's keys
 * @param audience of which {@code aud} must name one; needed with an issuer, for tokens meant for others are not for us
 * @param algorithms of signatures; none that works with a shared secret
 * @param clockSkew how far clocks may be apart, 0 to 5 minutes
 * @param visaIssuers issuers of GA4GH visas that count, each `issuer` or `issuer=address of its keys`
 */
public record AuthSettings(
        @Nullable String issuer,
        @Nullable String jwksUri,
        @DefaultValue List<String> audience,
        @DefaultValue({"RS256", "PS256", "ES256"}) List<String> algorithms,
        @DefaultValue("30s") Duration clockSkew,
        @DefaultValue List<String> visaIssuers) {
    public AuthSettings {
        issuer = absentIfBlank(issuer);
        jwksUri = absentIfBlank(jwksUri);
        audience = audience.stream().filter(text -> !text.isBlank()).toList();
        visaIssuers = visaIssuers.stream().filter(text -> !text.isBlank()).toList();
        if ((issuer != null || jwksUri != null) && audience.isEmpty()) {
            throw wrong(
                    "bams3.auth.audience", "is needed beside bams3.auth.issuer: the 'aud' of tokens for this service");
        }
        for (String algorithm : algorithms) {
            if (SignatureAlgorithm.from(algorithm) == null) {
                throw wrong(
                        "bams3.auth.algorithms",
                        "'" + algorithm + "' is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512");
            }
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofMinutes(5)) > 0) {
            throw wrong("bams3.auth.clock-skew", "must be 0s to 5m, is " + clockSkew);
        }
    }

    boolean isConfigured() {
        return issuer != null || jwksUri != null;
    }

    /** What judges tokens; absent where no issuer is named. */
    Optional<TokenVerifier> verifier() {
        if (!isConfigured()) {
            return Optional.empty();
        }
        Set<SignatureAlgorithm> accepted = EnumSet.noneOf(SignatureAlgorithm.class);
        algorithms.forEach(name -> accepted.add(SignatureAlgorithm.from(name)));
        Map<String, TokenIssuer> visas = new LinkedHashMap<>();
        for (String entry : visaIssuers) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? entry : entry.substring(0, equals);
            Optional<String> keys = equals < 0 ? Optional.empty() : Optional.of(entry.substring(equals + 1));
            visas.put(name, new TokenIssuer(Optional.of(name), keys, List.of(), accepted, clockSkew));
        }
        TokenIssuer own = new TokenIssuer(
                Optional.ofNullable(issuer), Optional.ofNullable(jwksUri), audience, accepted, clockSkew);
        return Optional.of(new TokenVerifier(own, visas, Clock.systemUTC()));
    }

    private static @Nullable String absentIfBlank(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static ReadsException wrong(String key, String message) {
        return ReadsException.invalidInput(key, key + ": " + message);
    }
}
