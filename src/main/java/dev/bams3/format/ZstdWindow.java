package dev.bams3.format;

/** The window of a zstd frame (RFC 8878 § 3.1.1.1), which a reader has to hold in memory while it decompresses the frame. */
public final class ZstdWindow {
    /** Bytes that a window may have at most. */
    public static final long MAX = 128L << 20;

    private static final int DESCRIPTOR = 4;
    private static final int SINGLE_SEGMENT = 0x20;

    private ZstdWindow() {}

    /**
     * Returns the bytes of the window.
     *
     * @param bytes has a whole frame header from {@code from} on
     * @param contentLength bytes that the frame says it holds
     */
    public static long length(byte[] bytes, int from, long contentLength) {
        if ((bytes[from + DESCRIPTOR] & SINGLE_SEGMENT) != 0) {
            return contentLength;
        }
        int window = bytes[from + DESCRIPTOR + 1];
        long base = 1L << (10 + (window >> 3 & 31));
        return base + base / 8 * (window & 7);
    }

    /** Returns the reason to refuse a frame of too large a window. */
    public static String refused(long window) {
        return "the zstd frame has a window of " + window + " bytes, more than the " + (MAX >> 20)
                + " MiB of the format";
    }
}
