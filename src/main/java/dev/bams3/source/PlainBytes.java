package dev.bams3.source;

import dev.bams3.bgzf.InflatedBytes;

/** The bytes of a file that is not compressed. */
final class PlainBytes implements InflatedBytes {
    private final SourceRanges ranges;
    private final String resource;
    private byte[] range = new byte[0];
    private int at;

    /** @param ranges of the whole file */
    PlainBytes(SourceRanges ranges, String resource) {
        this.ranges = ranges;
        this.resource = resource;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (at == range.length) {
            range = ranges.next();
            at = 0;
            if (range.length == 0) {
                return -1;
            }
        }
        int count = Math.min(length, range.length - at);
        System.arraycopy(range, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public long fileOffset(long position) {
        return position;
    }

    @Override
    public String resource() {
        return resource;
    }
}
