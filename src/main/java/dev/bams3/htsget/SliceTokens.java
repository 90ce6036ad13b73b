package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns slices into url-safe text that nobody else can make, and back: the address of a block is its own authorization,
 * because clients do not send their credentials to it. Signed with HMAC-SHA256 over dataset, expiry and slice; not
 * encrypted. Safe for many threads.
 */
public final class SliceTokens {
    /** Bytes of a key: as many as SHA-256 gives, fewer would weaken the signature (RFC 2104 § 3). */
    public static final int MIN_KEY_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SIGNATURE_BYTES = 32;
    private static final int TICKET_BYTES = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<SecretKeySpec> keys;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * @param keys one or more, {@value #MIN_KEY_BYTES} bytes each at least; the first signs, all are accepted, so that a
     *     new key can be put in front and the old one removed a lifetime later
     * @param lifetime how long a token is accepted
     */
    public SliceTokens(List<byte[]> keys, Duration lifetime, Clock clock) {
        if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length < MIN_KEY_BYTES)) {
            throw new IllegalArgumentException("needs keys of at least " + MIN_KEY_BYTES + " bytes");
        }
        this.keys = keys.stream().map(key -> new SecretKeySpec(key, ALGORITHM)).toList();
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /** A name for a ticket, 12 hexadecimal digits: it stands in the addresses of all of its slices, and in audit logs. */
    public static String newTicketId() {
        byte[] id = new byte[TICKET_BYTES];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** The ticket that a verified token belongs to. */
    public static String ticketId(String token) {
        byte[] bytes = Base64.getUrlDecoder().decode(token);
        return HexFormat.of().formatHex(bytes, SIGNATURE_BYTES, SIGNATURE_BYTES + TICKET_BYTES);
    }

    /** The token of a slice by itself, accepted from now for the lifetime. */
    public String sign(SignedSlice slice) {
        return sign(slice, newTicketId());
    }

    /** The token of a slice of a ticket, accepted from now for the lifetime. */
    public String sign(SignedSlice slice, String ticketId) {
        byte[] encoded = SliceCodec.encode(slice, clock.instant().plus(lifetime));
        byte[] payload = Arrays.copyOf(HexFormat.of().parseHex(ticketId), TICKET_BYTES + encoded.length);
        System.arraycopy(encoded, 0, payload, TICKET_BYTES, encoded.length);
        byte[] signature = signature(keys.getFirst(), slice.dataset(), payload);
        byte[] token = Arrays.copyOf(signature, SIGNATURE_BYTES + payload.length);
        System.arraycopy(payload, 0, token, SIGNATURE_BYTES, payload.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * The slice that a token names.
     *
     * @param dataset for which it is presented
     * @throws ReadsException DENIED for a token of another dataset, key or age; nothing of it has been read then
     */
    public SignedSlice verify(String dataset, String token) {
        byte[] payload = payload(dataset, token)
                .orElseThrow(() -> ReadsException.of(
                        ErrorKind.DENIED, "slice: not an address of a ticket of this service; ask for a new ticket"));
        SliceCodec.Decoded decoded =
                SliceCodec.decode(dataset, Arrays.copyOfRange(payload, TICKET_BYTES, payload.length));
        Instant now = clock.instant();
        if (now.isAfter(decoded.expiry())) {
            throw ReadsException.of(
                    ErrorKind.DENIED, "slice: this address expired at " + decoded.expiry() + "; ask for a new ticket");
        }
        return decoded.slice();
    }

    /** Returns whether a token of a dataset was signed with one of the keys, expired or not. */
    public boolean isSigned(String dataset, String token) {
        return payload(dataset, token).isPresent();
    }

    /** Returns the signed part of a token; empty if none of the keys signed it. */
    private Optional<byte[]> payload(String dataset, String token) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length <= SIGNATURE_BYTES + TICKET_BYTES) {
            return Optional.empty();
        }
        byte[] signature = Arrays.copyOf(bytes, SIGNATURE_BYTES);
        byte[] payload = Arrays.copyOfRange(bytes, SIGNATURE_BYTES, bytes.length);
        boolean known = false;
        for (SecretKeySpec key : keys) {
            known |= MessageDigest.isEqual(signature, signature(key, dataset, payload));
        }
        return known ? Optional.of(payload) : Optional.empty();
    }

    private static byte[] signature(SecretKeySpec key, String dataset, byte[] payload) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(dataset.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(payload);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
