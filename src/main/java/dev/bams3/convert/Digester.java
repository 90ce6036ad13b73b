package dev.bams3.convert;

import dev.bams3.format.StreamDigest;
import java.util.zip.CRC32C;

/**
 * Sums up records one by one, as they come from their source, to be compared with what was stored of them. Of the two
 * checksums of a {@link StreamDigest} only the one that processors compute by themselves: this is the thread that everything
 * waits for.
 */
final class Digester {
    private final CRC32C crc32c = new CRC32C();
    private long bytes;
    private long records;

    void add(byte[] buffer, int offset, int length) {
        crc32c.update(buffer, offset, length);
        bytes += length;
        records++;
    }

    boolean agreesWith(StreamDigest stored) {
        return stored.crc32c() == (int) crc32c.getValue() && stored.bytes() == bytes && stored.records() == records;
    }

    @Override
    public String toString() {
        return "%08x, %d bytes, %d records".formatted((int) crc32c.getValue(), bytes, records);
    }
}
