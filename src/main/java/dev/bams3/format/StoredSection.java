package dev.bams3.format;

import java.util.Base64;
import java.util.Optional;

/**
 * A section of the index: bytes of the index object, or bytes that stand in the metadata because they are few.
 *
 * @param range where it lies in the index object; of one in the metadata only length and checksum count
 * @param inline the bytes in Base64, if they stand in the metadata
 */
public record StoredSection(StoredRange range, Optional<String> inline) {
    static StoredSection inline(byte[] section) {
        return new StoredSection(
                new StoredRange(0, section.length, ByteCursor.crc32c(section, 0, section.length)),
                Optional.of(Base64.getEncoder().encodeToString(section)));
    }

    static StoredSection at(StoredRange range) {
        return new StoredSection(range, Optional.empty());
    }

    /** Returns the bytes, if they stand in the metadata. */
    public Optional<byte[]> inlineBytes() {
        return inline.map(Base64.getDecoder()::decode);
    }
}
