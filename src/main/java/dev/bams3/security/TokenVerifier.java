package dev.bams3.security;

import dev.bams3.access.Caller;
import dev.bams3.access.Visa;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Turns a token of the issuer into who its bearer is: signature, issuer, audience and times are checked, visas of a passport
 * likewise, each against the keys of its own issuer. Safe for many threads.
 */
public final class TokenVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(TokenVerifier.class);
    private static final String PASSPORT = "ga4gh_passport_v1";
    private static final String VISA = "ga4gh_visa_v1";

    /** Visas of one token, at most: each costs a signature check. */
    private static final int MAX_VISAS = 200;

    private final TokenIssuer issuer;
    private final Map<String, TokenIssuer> visaIssuers;
    private final Clock clock;

    /** @param visaIssuers those whose visas count, by their {@code iss} */
    public TokenVerifier(TokenIssuer issuer, Map<String, TokenIssuer> visaIssuers, Clock clock) {
        this.issuer = issuer;
        this.visaIssuers = Map.copyOf(visaIssuers);
        this.clock = clock;
    }

    /**
     * @throws ReadsException UNAUTHENTICATED, telling what is wrong but nothing of the token; UNAVAILABLE when the issuer's
     *     keys cannot be had
     */
    public Caller verify(String token) {
        Jwt jwt;
        try {
            jwt = issuer.decode(token);
        } catch (JwtValidationException e) {
            // These are texts of the rules, not of the token.
            String why = e.getErrors().stream()
                    .map(OAuth2Error::getDescription)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse("a claim is not accepted");
            throw ReadsException.of(ErrorKind.UNAUTHENTICATED, "the token was not accepted: " + why);
        } catch (BadJwtException e) {
            throw ReadsException.of(
                    ErrorKind.UNAUTHENTICATED,
                    "the token was not accepted: it is malformed, or not signed by the issuer in an accepted way");
        } catch (JwtException | JwtDecoderInitializationException e) {
            LOG.warn("the keys of the issuer of tokens cannot be had: {}", e.getMessage());
            throw ReadsException.of(ErrorKind.UNAVAILABLE, "the issuer of tokens does not answer", e);
        }
        Map<String, List<String>> claims = new LinkedHashMap<>();
        jwt.getClaims().forEach((name, value) -> {
            if (!name.equals(PASSPORT)) {
                flatten(name, value, claims);
            }
        });
        String subject = Objects.requireNonNullElse(jwt.getSubject(), "unnamed");
        return Caller.of(subject, claims, visas(jwt.getClaims().get(PASSPORT)));
    }

    private List<Visa> visas(@Nullable Object passport) {
        List<Visa> visas = new ArrayList<>();
        if (passport instanceof List<?> tokens) {
            tokens.stream().limit(MAX_VISAS).forEach(token -> {
                if (token instanceof String text) {
                    visa(text).ifPresent(visas::add);
                }
            });
        }
        return visas;
    }

    /** A visa that is not accepted is as if it were not there; others may suffice. */
    private Optional<Visa> visa(String token) {
        try {
            Optional<TokenIssuer> known =
                    TokenIssuer.claimedIssuer(token).flatMap(name -> Optional.ofNullable(visaIssuers.get(name)));
            if (known.isEmpty()) {
                return Optional.empty();
            }
            Jwt jwt = known.get().decode(token);
            Object claim = jwt.getClaims().get(VISA);
            return claim == null
                    ? Optional.empty()
                    : Visa.of(claim, clock.instant().getEpochSecond());
        } catch (JwtException | JwtDecoderInitializationException e) {
            LOG.debug("a visa was not accepted: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static void flatten(String name, @Nullable Object value, Map<String, List<String>> claims) {
        switch (value) {
            case Map<?, ?> object -> object.forEach((key, inner) -> flatten(name + "." + key, inner, claims));
            case List<?> list ->
                claims.put(
                        name,
                        list.stream()
                                .filter(Objects::nonNull)
                                .map(String::valueOf)
                                .toList());
            case String text
            when name.equals("scope") || name.equals("scp") -> claims.put(name, Arrays.asList(text.split(" ")));
            case null -> {}
            default -> claims.put(name, List.of(String.valueOf(value)));
        }
    }
}
