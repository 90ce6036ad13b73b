package dev.bams3.convert;

import dev.bams3.bams3.StreamDigest;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Digests records one by one, as they come from their source. */
final class Digester {
    private final CRC32C crc32c = new CRC32C();
    private final CRC32 crc32 = new CRC32();
    private long bytes;
    private long records;

    void add(byte[] buffer, int offset, int length) {
        crc32c.update(buffer, offset, length);
        crc32.update(buffer, offset, length);
        bytes += length;
        records++;
    }

    StreamDigest digest() {
        return new StreamDigest((int) crc32c.getValue(), (int) crc32.getValue(), bytes, records);
    }
}
