package dev.bams3.htsget;

import dev.bams3.access.TokenKeys;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Turns slices into signed tokens, and back: the address of a slice is its own authorization, because clients do not send
 * their credentials to it. Dataset, expiry and slice are signed, not encrypted. Safe for many threads.
 */
public final class SliceTokens {
    private static final int TICKET_BYTES = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TokenKeys keys;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * @param keys one or more, see {@link TokenKeys}
     * @param lifetime how long a token is accepted
     */
    public SliceTokens(List<byte[]> keys, Duration lifetime, Clock clock) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("needs a key");
        }
        this.keys = new TokenKeys(keys);
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /** Returns a new name for a ticket, 12 hexadecimal digits: it stands in the addresses of all of its slices, and in audit logs. */
    public static String newTicketId() {
        byte[] id = new byte[TICKET_BYTES];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** Returns the id of the ticket that a verified token belongs to. */
    public static String ticketId(String token) {
        return HexFormat.of().formatHex(TokenKeys.payload(token), 0, TICKET_BYTES);
    }

    /** Returns the token of a slice by itself, accepted from now for the lifetime. */
    public String sign(SignedSlice slice) {
        return sign(slice, newTicketId());
    }

    /** Returns the token of a slice of a ticket, accepted from now for the lifetime. */
    public String sign(SignedSlice slice, String ticketId) {
        byte[] encoded = SliceCodec.encode(slice, clock.instant().plus(lifetime));
        byte[] payload = Arrays.copyOf(HexFormat.of().parseHex(ticketId), TICKET_BYTES + encoded.length);
        System.arraycopy(encoded, 0, payload, TICKET_BYTES, encoded.length);
        return keys.sign(context(slice.dataset()), payload);
    }

    /**
     * Returns the slice that a token names.
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
        return keys.verify(context(dataset), token).filter(signed -> signed.length > TICKET_BYTES);
    }

    private static byte[] context(String dataset) {
        return (dataset + "\0").getBytes(StandardCharsets.UTF_8);
    }
}
