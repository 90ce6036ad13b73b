package dev.bams3.source.cram;

import java.util.function.IntFunction;

/** The bases of one reference as the records of a slice see them, fetched page by page; one thread. */
final class SliceBases {
    private final IntFunction<byte[]> pages;
    private final int pageLength;
    private final long origin;
    private final long end;
    private final long length;
    private byte[] page = {};
    private long pageStart;

    private SliceBases(IntFunction<byte[]> pages, int pageLength, long origin, long end, long length) {
        this.pages = pages;
        this.pageLength = pageLength;
        this.origin = origin;
        this.end = end;
        this.length = length;
    }

    /**
     * Bases of an external reference.
     *
     * @param pages gives all bases by number of page, each of {@code pageLength} but the last
     * @param end 0-based position behind the last that the slice covers
     * @param length of the reference
     */
    static SliceBases external(IntFunction<byte[]> pages, int pageLength, long end, long length) {
        return new SliceBases(pages, pageLength, 0, end, length);
    }

    /**
     * Bases that lie in the slice itself.
     *
     * @param start 0-based position of the first
     * @param length of the reference, by the header
     */
    static SliceBases embedded(byte[] bases, long start, long end, long length) {
        return new SliceBases(number -> bases, Integer.MAX_VALUE, start, end, length);
    }

    /** 0-based position behind the last base that may be asked for. */
    long end() {
        return end;
    }

    long length() {
        return length;
    }

    /** @param position 0-based, within the slice */
    byte at(long position) {
        return page(position)[(int) (position - pageStart)];
    }

    void copy(long position, int count, byte[] target, int offset) {
        long from = position;
        int to = offset;
        int left = count;
        while (left > 0) {
            byte[] current = page(from);
            int at = (int) (from - pageStart);
            int part = Math.min(left, current.length - at);
            System.arraycopy(current, at, target, to, part);
            from += part;
            to += part;
            left -= part;
        }
    }

    /** Whether one of these bases is N. */
    boolean hasN(long position, long count) {
        long from = position;
        long left = count;
        while (left > 0) {
            byte[] current = page(from);
            int at = (int) (from - pageStart);
            int part = (int) Math.min(left, current.length - at);
            for (int i = at; i < at + part; i++) {
                if (current[i] == 'N') {
                    return true;
                }
            }
            from += part;
            left -= part;
        }
        return false;
    }

    private byte[] page(long position) {
        if (position < pageStart || position - pageStart >= page.length) {
            int number = (int) ((position - origin) / pageLength);
            page = pages.apply(number);
            pageStart = origin + (long) number * pageLength;
        }
        return page;
    }
}
