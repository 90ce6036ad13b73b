package dev.bams3.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of tokens over HTTP: OpenID metadata, keys, and whatever it is asked to sign. */
public final class TestIssuer implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger keyFetches = new AtomicInteger();
    private volatile List<JWK> published;
    private volatile JWK signing;

    public TestIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            signing = new RSAKeyGenerator(2048).keyID("first").generate();
            published = List.of(signing);
        } catch (IOException | JOSEException e) {
            throw new IllegalStateException(e);
        }
        answer(
                "/.well-known/openid-configuration",
                () -> "{\"issuer\":\"" + uri() + "\",\"jwks_uri\":\"" + keysUri()
                        + "\",\"subject_types_supported\":[\"public\"]}");
        answer("/keys", () -> {
            keyFetches.incrementAndGet();
            return new JWKSet(published).toPublicJWKSet().toString();
        });
        server.start();
    }

    private interface Body {
        String text();
    }

    private void answer(String path, Body body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    public String uri() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    public String keysUri() {
        return uri() + "/keys";
    }

    int keyFetches() {
        return keyFetches.get();
    }

    /** Signs with a new key from here on; the old one is published no more. */
    void rotate() {
        try {
            ECKey next = new ECKeyGenerator(Curve.P_256).keyID("next").generate();
            signing = next;
            published = List.of(next);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Claims of a good token for the audience {@code bams3}. */
    public JWTClaimsSet.Builder claims(String subject) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(uri())
                .subject(subject)
                .audience("bams3")
                .issueTime(Date.from(now.minus(Duration.ofHours(1))))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))));
    }

    public String sign(JWTClaimsSet.Builder claims) {
        return signAs(signing.getKeyID(), claims);
    }

    /** The same, with another name of its key. */
    String signAs(String keyId, JWTClaimsSet.Builder claims) {
        try {
            JWK key = signing;
            boolean rsa = key instanceof RSAKey;
            JWSSigner signer = rsa ? new RSASSASigner(key.toRSAKey()) : new ECDSASigner(key.toECKey());
            JWSHeader header = new JWSHeader.Builder(rsa ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256)
                    .keyID(keyId)
                    .build();
            SignedJWT jwt = new SignedJWT(header, claims.build());
            jwt.sign(signer);
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With no signature at all. */
    static String unsigned(JWTClaimsSet.Builder claims) {
        return new PlainJWT(claims.build()).serialize();
    }

    /** Signed by a shared secret that everybody knows: the public key. */
    String signedWithThePublicKey(JWTClaimsSet.Builder claims) {
        try {
            byte[] secret = signing.toPublicJWK().toRSAKey().toRSAPublicKey().getEncoded();
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(signing.getKeyID())
                            .build(),
                    claims.build());
            jwt.sign(new MACSigner(secret));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A visa for a dataset of some authority. */
    String visa(String subject, Map<String, Object> visa) {
        JWTClaimsSet.Builder claims = claims(subject).audience(List.of());
        return sign(claims.claim("ga4gh_visa_v1", visa));
    }

    static Map<String, Object> grant(String value, Object... more) {
        Map<String, Object> visa = new TreeMap<>(Map.of(
                "type", "ControlledAccessGrants",
                "asserted", Instant.now().getEpochSecond() - 60,
                "value", value,
                "source", "https://dac.example.org",
                "by", "dac"));
        for (int i = 0; i < more.length; i += 2) {
            visa.put((String) more[i], more[i + 1]);
        }
        return visa;
    }

    String withPassport(String subject, String... visas) {
        return sign(claims(subject).claim("ga4gh_passport_v1", new ArrayList<>(List.of(visas))));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
