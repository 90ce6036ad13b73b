package dev.bams3.storage;

/**
 * Bytes of an object.
 *
 * @param offset first byte, 0 or more
 * @param length bytes, 1 or more
 */
public record ByteRange(long offset, int length) {
    public ByteRange {
        if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("not a byte range: " + length + " bytes at " + offset);
        }
    }

    /** Offset after the last byte. */
    public long end() {
        return offset + length;
    }

    /** Value of an HTTP `Range` header, whose bounds are inclusive (RFC 9110 § 14.1.2). */
    public String toHttp() {
        return "bytes=" + offset + "-" + (end() - 1);
    }
}
