package dev.bams3.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys that sign tokens: url-safe text of a payload, readable, behind its HMAC-SHA256. The first key signs, all are accepted, so
 * a new key can be put in front and the old one removed when its last token has expired. Safe for many threads.
 */
public final class TokenKeys {
    /** Least bytes of a key, as many as SHA-256 gives: fewer would weaken the signature (RFC 2104 § 3). */
    public static final int MIN_KEY_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SIGNATURE_BYTES = 32;

    private final List<SecretKeySpec> keys;

    /** @param keys of {@value #MIN_KEY_BYTES} bytes or more; without any, no token can be made and none is accepted */
    public TokenKeys(List<byte[]> keys) {
        if (keys.stream().anyMatch(key -> key.length < MIN_KEY_BYTES)) {
            throw new IllegalArgumentException("needs keys of at least " + MIN_KEY_BYTES + " bytes");
        }
        this.keys = keys.stream().map(key -> new SecretKeySpec(key, ALGORITHM)).toList();
    }

    /** Whether there is no key. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /**
     * Returns the token of a payload, signed by the first key.
     *
     * @param context is signed with the payload but not part of the token: a token is accepted only with the same context
     */
    public String sign(byte[] context, byte[] payload) {
        byte[] token = Arrays.copyOf(signature(keys.getFirst(), context, payload), SIGNATURE_BYTES + payload.length);
        System.arraycopy(payload, 0, token, SIGNATURE_BYTES, payload.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Returns the payload of a token that a key has signed with this context; empty for any other text. */
    public Optional<byte[]> verify(byte[] context, String token) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length <= SIGNATURE_BYTES) {
            return Optional.empty();
        }
        byte[] signature = Arrays.copyOf(bytes, SIGNATURE_BYTES);
        byte[] payload = Arrays.copyOfRange(bytes, SIGNATURE_BYTES, bytes.length);
        boolean known = false;
        for (SecretKeySpec key : keys) {
            // All keys are tried, so that the time does not depend on which of them signed.
            known |= MessageDigest.isEqual(signature, signature(key, context, payload));
        }
        return known ? Optional.of(payload) : Optional.empty();
    }

    /** Returns the payload of a token that was verified. */
    public static byte[] payload(String verified) {
        byte[] bytes = Base64.getUrlDecoder().decode(verified);
        return Arrays.copyOfRange(bytes, SIGNATURE_BYTES, bytes.length);
    }

    private static byte[] signature(SecretKeySpec key, byte[] context, byte[] payload) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(context);
            return mac.doFinal(payload);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
