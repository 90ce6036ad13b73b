package dev.bams3.app;

import static dev.bams3.app.SettingChecks.check;
import static dev.bams3.app.SettingChecks.present;
import static dev.bams3.app.SettingChecks.range;

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
 * @param audience {@code aud} must name one of these; needed with an issuer, because its tokens for other services are valid too
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
        issuer = present(issuer);
        jwksUri = present(jwksUri);
        audience = present(audience);
        visaIssuers = present(visaIssuers);
        check(
                (issuer == null && jwksUri == null) || !audience.isEmpty(),
                "bams3.auth.audience",
                "is needed beside bams3.auth.issuer: the 'aud' of tokens for this service");
        for (String algorithm : algorithms) {
            check(
                    SignatureAlgorithm.from(algorithm) != null,
                    "bams3.auth.algorithms",
                    "'" + algorithm + "' is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512");
        }
        range("bams3.auth.clock-skew", clockSkew, "0s", "5m");
    }

    boolean isConfigured() {
        return issuer != null || jwksUri != null;
    }

    /** Returns the verifier of tokens; empty if no issuer is configured. */
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
}
