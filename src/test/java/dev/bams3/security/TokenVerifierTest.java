package dev.bams3.security;

import static dev.bams3.security.TestIssuer.grant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.bams3.access.AccessRule.Who;
import dev.bams3.access.Caller;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;

/** Tokens and visas, held against keys that an issuer serves over HTTP. */
class TokenVerifierTest {
    private static final Set<SignatureAlgorithm> ALGORITHMS =
            Set.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256);

    private static TestIssuer issuer;
    private static TestIssuer broker;
    private static TestIssuer stranger;

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        broker = new TestIssuer();
        stranger = new TestIssuer();
    }

    @AfterAll
    static void stop() {
        issuer.close();
        broker.close();
        stranger.close();
    }

    private static TokenVerifier verifier() {
        return new TokenVerifier(
                new TokenIssuer(
                        Optional.of(issuer.uri()),
                        Optional.empty(),
                        List.of("bams3", "other"),
                        ALGORITHMS,
                        Duration.ofSeconds(30)),
                Map.of(
                        broker.uri(),
                        new TokenIssuer(
                                Optional.of(broker.uri()),
                                Optional.of(broker.keysUri()),
                                List.of(),
                                ALGORITHMS,
                                Duration.ofSeconds(30))),
                Clock.systemUTC());
    }

    @Test
    void aGoodTokenSaysWhoItIs() {
        Caller caller = verifier()
                .verify(issuer.sign(issuer.claims("ann")
                        .claim("scope", "openid bams3:admin")
                        .claim("groups", List.of("lab-a", "lab-b"))
                        .claim("realm_access", Map.of("roles", List.of("reader")))
                        .claim("level", 3)));
        assertThat(caller.name()).isEqualTo("ann");
        assertThat(caller.authenticated()).isTrue();
        assertThat(caller.hasScope("bams3:admin")).isTrue();
        assertThat(caller.hasScope("bams3")).isFalse();
        assertThat(caller.claims())
                .containsEntry("groups", List.of("lab-a", "lab-b"))
                .containsEntry("realm_access.roles", List.of("reader"))
                .containsEntry("level", List.of("3"));
    }

    @Test
    void everythingElseIsRefusedAndToldApart() {
        TokenVerifier verifier = verifier();
        Instant now = Instant.now();
        refused(verifier, issuer.sign(issuer.claims("a").expirationTime(Date.from(now.minusSeconds(60)))), "expired");
        refused(verifier, issuer.sign(issuer.claims("a").expirationTime(null)), "no expiry");
        refused(verifier, issuer.sign(issuer.claims("a").notBeforeTime(Date.from(now.plusSeconds(60)))), "before");
        refused(verifier, issuer.sign(issuer.claims("a").audience("someone-else")), "audience");
        refused(verifier, issuer.sign(issuer.claims("a").audience(List.of())), "audience");
        refused(verifier, issuer.sign(issuer.claims("a").issuer(stranger.uri())), "issuer");
        refused(verifier, stranger.sign(issuer.claims("a")), "signed");
        refused(verifier, TestIssuer.unsigned(issuer.claims("a")), "signed");
        refused(verifier, issuer.signedWithThePublicKey(issuer.claims("a")), "signed");
        String good = issuer.sign(issuer.claims("a"));
        refused(verifier, good.substring(0, good.length() - 4) + "AAAA", "signed");
        refused(verifier, "x", "malformed");
        refused(verifier, "a.b.c", "malformed");
        refused(verifier, good + "." + good, "malformed");
    }

    private static void refused(TokenVerifier verifier, String token, String why) {
        assertThatThrownBy(() -> verifier.verify(token))
                .isInstanceOf(ReadsException.class)
                .matches(failure -> ((ReadsException) failure).kind() == ErrorKind.UNAUTHENTICATED)
                .hasMessageContaining(why)
                .message()
                .doesNotContain(token.length() > 1 ? token : "eyJ");
    }

    /** What a token says of where its keys are is not followed. */
    @Test
    void keysOfTheTokenItselfAreNotUsed() {
        refused(verifier(), stranger.sign(issuer.claims("a").claim("jku", stranger.keysUri())), "signed");
        assertThat(stranger.keyFetches()).isZero();
    }

    @Test
    void clocksMayBeApartByTheSkew() {
        Date justOver = Date.from(Instant.now().minusSeconds(10));
        assertThat(verifier()
                        .verify(issuer.sign(issuer.claims("a").expirationTime(justOver)))
                        .name())
                .isEqualTo("a");
    }

    @Test
    void aNewKeyIsFetchedAndAnOldOneForgotten() {
        try (TestIssuer rotating = new TestIssuer()) {
            TokenVerifier verifier = new TokenVerifier(
                    new TokenIssuer(
                            Optional.of(rotating.uri()),
                            Optional.of(rotating.keysUri()),
                            List.of("bams3"),
                            ALGORITHMS,
                            Duration.ZERO),
                    Map.of(),
                    Clock.systemUTC());
            String before = rotating.sign(rotating.claims("a"));
            for (int i = 0; i < 10; i++) {
                verifier.verify(before);
            }
            assertThat(rotating.keyFetches()).isEqualTo(1);
            rotating.rotate();
            assertThat(verifier.verify(rotating.sign(rotating.claims("b"))).name())
                    .isEqualTo("b");
            refused(verifier, before, "signed");
        }
    }

    /** However many tokens name keys that nobody has, at once or one after the other: keys are fetched for one of them. */
    @Test
    void unknownKeysFetchOnce() throws Exception {
        try (TestIssuer asked = new TestIssuer();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            TokenVerifier verifier = new TokenVerifier(
                    new TokenIssuer(
                            Optional.of(asked.uri()), Optional.empty(), List.of("bams3"), ALGORITHMS, Duration.ZERO),
                    Map.of(),
                    Clock.systemUTC());
            String good = asked.sign(asked.claims("a"));
            assertThat(verifier.verify(good).name()).isEqualTo("a");
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String forged = asked.signAs("key-" + i, asked.claims("a"));
                all.add(callers.submit(() -> refused(verifier, forged, "signed")));
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(asked.keyFetches()).isEqualTo(2);
            assertThat(verifier.verify(good).name()).isEqualTo("a");
            assertThat(asked.keyFetches()).isEqualTo(2);
        }
    }

    @Test
    void keysThatCannotBeHadAreNotTheCallersFault() {
        TestIssuer gone = new TestIssuer();
        String token = gone.sign(gone.claims("a"));
        TokenVerifier verifier = new TokenVerifier(
                new TokenIssuer(Optional.of(gone.uri()), Optional.empty(), List.of("bams3"), ALGORITHMS, Duration.ZERO),
                Map.of(),
                Clock.systemUTC());
        gone.close();
        assertThatThrownBy(() -> verifier.verify(token))
                .isInstanceOf(ReadsException.class)
                .matches(failure -> ((ReadsException) failure).kind() == ErrorKind.UNAVAILABLE);
    }

    @Test
    void onlyVisasOfKnownIssuersCount() {
        String value = "https://ega.example.org/EGAD1";
        JWTClaimsSet.Builder late = broker.claims("a")
                .audience(List.of())
                .expirationTime(Date.from(Instant.now().minusSeconds(60)))
                .claim("ga4gh_visa_v1", grant(value));
        String forged = stranger.sign(broker.claims("a").claim("ga4gh_visa_v1", grant(value)));
        assertThat(has(value, broker.visa("a", grant(value)))).isTrue();
        assertThat(has(value, "broken", broker.visa("a", grant(value)))).isTrue();
        assertThat(has(value, broker.visa("a", grant(value + "0")))).isFalse();
        assertThat(has(value, broker.sign(late))).isFalse();
        assertThat(has(value, stranger.visa("a", grant(value)))).isFalse();
        assertThat(has(value, forged)).isFalse();
        assertThat(has(value, broker.visa("a", grant(value, "type", "ResearcherStatus"))))
                .isFalse();
        assertThat(has(value, broker.visa("a", grant(value, "by", "self")))).isFalse();
        assertThat(has(value, broker.visa("a", grant(value, "source", "https://other.example"))))
                .isFalse();
        assertThat(has(
                        value,
                        broker.visa("a", grant(value, "asserted", Instant.now().getEpochSecond() + 600))))
                .isFalse();
        assertThat(has(value)).isFalse();
    }

    @Test
    void conditionsAreAskedOfTheOtherVisas() {
        String value = "https://ega.example.org/EGAD1";
        String affiliated = broker.visa(
                "a", grant("faculty@uni.example.org;staff@lab.example.org", "type", "AffiliationAndRole", "by", "so"));
        String wanting =
                broker.visa("a", grant(value, "conditions", demand("value", "const:faculty@x", "by", "const:so")));
        String met = broker.visa(
                "a",
                grant(value, "conditions", demand("value", "split_pattern:faculty@*.example.org", "by", "const:so")));
        String bare = broker.visa("a", grant(value, "conditions", demand()));
        String unknown = broker.visa("a", grant(value, "conditions", demand("value", "regex:.*")));
        String odd = broker.visa("a", grant(value, "conditions", "none"));
        assertThat(has(value, affiliated, met)).isTrue();
        assertThat(has(value, met)).isFalse();
        assertThat(has(value, affiliated, wanting)).isFalse();
        assertThat(has(value, affiliated, bare)).isFalse();
        assertThat(has(value, affiliated, unknown)).isFalse();
        assertThat(has(value, affiliated, odd)).isFalse();
    }

    private static List<List<Map<String, String>>> demand(String... fields) {
        Map<String, String> demand = new TreeMap<>(Map.of("type", "AffiliationAndRole"));
        for (int i = 0; i < fields.length; i += 2) {
            demand.put(fields[i], fields[i + 1]);
        }
        return List.of(List.of(demand));
    }

    private static boolean has(String value, String... visas) {
        Who who = new Who.HasVisa(value, Optional.of("https://dac.example.org"), Set.of("dac", "so"));
        Caller caller = verifier().verify(issuer.withPassport("a", visas));
        return who.includes(caller);
    }
}
