package dev.bams3.format;

import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Digest of a stream of BAM records ({@code block_size} fields included). Digests of consecutive parts combine into the
 * digest of the whole, so parts are digested in parallel. It finds damage and mistakes; it does not withstand an attacker.
 *
 * @param crc32c CRC-32C of the bytes
 * @param crc32 CRC-32 of the bytes
 * @param bytes how many
 * @param records how many
 */
public record StreamDigest(int crc32c, int crc32, long bytes, long records) {
    public static final StreamDigest EMPTY = new StreamDigest(0, 0, 0, 0);

    public static StreamDigest of(byte[] buffer, int offset, int length, long records) {
        CRC32C crc32c = new CRC32C();
        crc32c.update(buffer, offset, length);
        CRC32 crc32 = new CRC32();
        crc32.update(buffer, offset, length);
        return new StreamDigest((int) crc32c.getValue(), (int) crc32.getValue(), length, records);
    }

    /** Digest of this part followed by {@code next}. */
    public StreamDigest then(StreamDigest next) {
        return new StreamDigest(
                CrcCombiner.CRC_32C.combine(crc32c, next.crc32c, next.bytes),
                CrcCombiner.CRC_32.combine(crc32, next.crc32, next.bytes),
                bytes + next.bytes,
                records + next.records);
    }

    /** The 64 bits as 16 hexadecimal digits, CRC-32C first. */
    public String hex() {
        return String.format(Locale.ROOT, "%08x%08x", crc32c, crc32);
    }
}
