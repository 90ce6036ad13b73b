package dev.bams3.convert;

import java.util.zip.CRC32C;

/** A checksum of records that does not depend on their order: equal before and after a sort that loses nothing. */
final class RecordSum {
    private final CRC32C crc = new CRC32C();
    private long sum;
    private long bytes;
    private long records;

    void add(byte[] buffer, int offset, int length) {
        crc.reset();
        crc.update(buffer, offset, length);
        // Spread over 64 bits, so that exchanged parts of two records do not cancel out.
        long mixed = (crc.getValue() << 32 | length) * 0x9E3779B97F4A7C15L;
        sum += mixed ^ mixed >>> 29;
        bytes += length;
        records++;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    boolean sameAs(RecordSum other) {
        return sum == other.sum && bytes == other.bytes && records == other.records;
    }
}
