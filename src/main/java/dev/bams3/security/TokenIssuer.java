package dev.bams3.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.ConfigurableJWTProcessor;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.web.client.RestTemplate;

/**
 * An issuer of tokens, whose signatures count. Its keys are fetched when they are first needed, kept for five minutes, and
 * fetched again for a key that is not known yet, that at most once a minute. What a token says of where its keys are ({@code jku}, {@code jwk}, {@code x5u}) is never followed.
 */
public final class TokenIssuer {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final JwtDecoder decoder;

    /**
     * @param issuer expected {@code iss}, and where the place of the keys is asked for if {@code keys} is absent; absent: any
     * @param keys address of the JSON web key set
     * @param audience {@code aud} must name one of these; none: any, for visas, which have no audience
     * @param algorithms of signatures, all asymmetric
     * @param skew how far clocks may be apart
     */
    public TokenIssuer(
            Optional<String> issuer,
            Optional<String> keys,
            List<String> audience,
            Set<SignatureAlgorithm> algorithms,
            Duration skew) {
        OAuth2TokenValidator<Jwt> validator = validator(issuer, audience, skew);
        decoder = new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder.JwkSetUriJwtDecoderBuilder builder = keys.isPresent()
                    ? NimbusJwtDecoder.withJwkSetUri(keys.get())
                    : NimbusJwtDecoder.withIssuerLocation(issuer.orElseThrow());
            NimbusJwtDecoder nimbus = builder.validateType(false)
                    .jwsAlgorithms(accepted -> {
                        accepted.clear();
                        accepted.addAll(algorithms);
                    })
                    .restOperations(http())
                    .jwtProcessorCustomizer(processor -> limitRefreshes(processor, algorithms))
                    .build();
            nimbus.setJwtValidator(validator);
            return nimbus;
        });
    }

    /** Puts a limit before the decoder's own keys, which it fetches for each token that names an unknown one. */
    private static void limitRefreshes(
            ConfigurableJWTProcessor<SecurityContext> processor, Set<SignatureAlgorithm> algorithms) {
        if (processor.getJWSKeySelector() instanceof JWSVerificationKeySelector<SecurityContext> selector
                && selector.getJWKSource() instanceof JWKSetBasedJWKSource<SecurityContext> keys) {
            Set<JWSAlgorithm> accepted = algorithms.stream()
                    .map(algorithm -> JWSAlgorithm.parse(algorithm.getName()))
                    .collect(Collectors.toSet());
            processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                    accepted, new JWKSetBasedJWKSource<>(new RefreshLimit(keys.getJWKSetSource()))));
        } else {
            throw new IllegalStateException("this release of Spring Security keeps keys in another way");
        }
    }

    Jwt decode(String token) {
        return decoder.decode(token);
    }

    /** Returns the unverified issuer of a token, which selects the keys that verify it. */
    static Optional<String> claimedIssuer(String token) {
        try {
            return Optional.ofNullable(JWTParser.parse(token).getJWTClaimsSet().getIssuer());
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private static OAuth2TokenValidator<Jwt> validator(Optional<String> issuer, List<String> audience, Duration skew) {
        List<OAuth2TokenValidator<Jwt>> all = new ArrayList<>();
        all.add(rule("it has no expiry", jwt -> jwt.getExpiresAt() != null));
        all.add(new JwtTimestampValidator(skew));
        all.add(rule(
                "its type is not that of a JWT", jwt -> isJwt(jwt.getHeaders().get("typ"))));
        issuer.ifPresent(expected ->
                all.add(rule("it is of another issuer", jwt -> expected.equals(jwt.getClaimAsString("iss")))));
        if (!audience.isEmpty()) {
            all.add(rule(
                    "it is meant for another audience",
                    jwt -> jwt.getAudience() != null
                            && jwt.getAudience().stream().anyMatch(audience::contains)));
        }
        return new DelegatingOAuth2TokenValidator<>(all);
    }

    /** RFC 9068 § 2.1 has `at+jwt` for access tokens; many issuers write `JWT`, or nothing. */
    private static boolean isJwt(@Nullable Object type) {
        return type == null
                || Set.of("jwt", "at+jwt", "application/at+jwt", "vnd.ga4gh.passport+jwt", "vnd.ga4gh.visa+jwt")
                        .contains(type.toString().toLowerCase(Locale.ROOT));
    }

    private interface Rule {
        boolean accepts(Jwt jwt);
    }

    private static OAuth2TokenValidator<Jwt> rule(String objection, Rule rule) {
        OAuth2Error error = new OAuth2Error("invalid_token", objection, null);
        return jwt ->
                rule.accepts(jwt) ? OAuth2TokenValidatorResult.success() : OAuth2TokenValidatorResult.failure(error);
    }

    private static RestTemplate http() {
        SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
        factory.setConnectTimeout(TIMEOUT);
        factory.setReadTimeout(TIMEOUT);
        return new RestTemplate(factory);
    }
}
