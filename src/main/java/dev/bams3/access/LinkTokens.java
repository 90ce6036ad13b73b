package dev.bams3.access;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/**
 * Turns capability links into url-safe text that only holders of a key can make, and back: HMAC-SHA256 over what the link
 * allows, which is readable but does not say who made it. A link is revoked by removing the key that signed it. Safe for many
 * threads.
 */
public final class LinkTokens {
    /** Regions of a link, at most: it is a part of an address. */
    public static final int MAX_REGIONS = 50;

    private static final int VERSION = 1;
    /** Keeps a signature from being one of something else under the same key. */
    private static final byte[] PURPOSE = "bams3 capability link\0".getBytes(StandardCharsets.UTF_8);

    private final TokenKeys keys;
    private final Clock clock;

    /** @param keys see {@link TokenKeys}; if empty, links are disabled */
    public LinkTokens(List<byte[]> keys, Clock clock) {
        this.keys = new TokenKeys(keys);
        this.clock = clock;
    }

    public boolean canSign() {
        return !keys.isEmpty();
    }

    public Instant now() {
        return clock.instant();
    }

    /**
     * @throws ReadsException INVALID_INPUT (field `regions`) for more than {@value #MAX_REGIONS}, or names that do not fit
     */
    public String sign(CapabilityLink link) {
        if (link.grant() instanceof Grant.Regions(List<Region> regions, boolean _) && regions.size() > MAX_REGIONS) {
            throw ReadsException.invalidInput("regions", "a link has at most " + MAX_REGIONS + " regions");
        }
        return keys.sign(PURPOSE, encode(link));
    }

    /** @throws ReadsException DENIED for a token of another key or age; nothing of it has been read then */
    public CapabilityLink verify(String token) {
        CapabilityLink link = decode(keys.verify(PURPOSE, token).orElseThrow(LinkTokens::refused));
        if (now().isAfter(link.expiry())) {
            throw ReadsException.of(
                    ErrorKind.DENIED, "this link expired at " + link.expiry() + "; ask who gave it for a new one");
        }
        return link;
    }

    /** Returns whether a token was signed with one of the keys, expired or not. */
    public boolean isSigned(String token) {
        return keys.verify(PURPOSE, token).isPresent();
    }

    /** Names a token in logs without giving it away. */
    public static String id(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] encode(CapabilityLink link) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(link.expiry().getEpochSecond());
            out.writeUTF(link.dataset());
            List<Region> regions =
                    link.grant() instanceof Grant.Regions(List<Region> some, boolean _) ? some : List.of();
            out.writeBoolean(link.grant().isEverything());
            out.writeBoolean(link.grant() instanceof Grant.Regions(List<Region> _, boolean unplaced) && unplaced);
            out.writeShort(regions.size());
            for (Region region : regions) {
                out.writeUTF(region.referenceName());
                out.writeLong(region.start());
                out.writeLong(region.end().orElse(-1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static CapabilityLink decode(byte[] payload) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            if (in.readUnsignedByte() != VERSION) {
                throw refused();
            }
            Instant expiry = Instant.ofEpochSecond(in.readLong());
            String dataset = in.readUTF();
            boolean everything = in.readBoolean();
            boolean unplaced = in.readBoolean();
            List<Region> regions = new ArrayList<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                String name = in.readUTF();
                long start = in.readLong();
                long end = in.readLong();
                regions.add(new Region(name, start, end < 0 ? OptionalLong.empty() : OptionalLong.of(end)));
            }
            return new CapabilityLink(
                    dataset, everything ? Grant.everything() : new Grant.Regions(regions, unplaced), expiry);
        } catch (IOException e) {
            throw new UncheckedIOException("a payload of a right signature that cannot be read", e);
        }
    }

    private static ReadsException refused() {
        return ReadsException.of(
                ErrorKind.DENIED, "not a link of this service, or one that was revoked; ask who gave it for a new one");
    }
}
