package dev.bams3.format;

/**
 * Where a checksummed part of an object lies.
 *
 * @param offset first byte in the object
 * @param length bytes, 1 or more
 * @param crc32c CRC-32C of these bytes
 */
public record StoredRange(long offset, int length, int crc32c) {
    public StoredRange {
        if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("not a range of an object: " + length + " bytes at " + offset);
        }
    }

    /** Offset after the last byte. */
    public long end() {
        return offset + length;
    }
}
