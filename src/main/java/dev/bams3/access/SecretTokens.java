package dev.bams3.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Secrets that a caller may present as they are. Only their digests are kept, and every one is compared in the same time
 * whatever was presented.
 */
public final class SecretTokens {
    /** Characters of a secret, at least: 16 random bytes in hexadecimal digits. */
    public static final int MIN_LENGTH = 32;

    private final List<byte[]> digests;

    /** @param tokens {@value #MIN_LENGTH} characters each at least; none at all accepts nothing */
    public SecretTokens(List<String> tokens) {
        if (tokens.stream().anyMatch(token -> token.length() < MIN_LENGTH)) {
            throw new IllegalArgumentException("a token needs at least " + MIN_LENGTH + " characters");
        }
        digests = tokens.stream().map(SecretTokens::digest).toList();
    }

    public boolean isEmpty() {
        return digests.isEmpty();
    }

    public boolean accepts(String presented) {
        byte[] digest = digest(presented);
        boolean known = false;
        for (byte[] own : digests) {
            known |= MessageDigest.isEqual(own, digest);
        }
        return known;
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
