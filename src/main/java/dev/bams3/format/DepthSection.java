package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;

/** Sections of the depth object: its pages, and the list of them. */
final class DepthSection {
    private static final String PAGE = "B3DP";
    private static final String LIST = "B3DL";

    /** Higher ones save a twentieth of the bytes for three times the time. */
    private static final int LEVEL = 3;

    /** Gap, offset, length and checksum. */
    private static final int MIN_LIST_BYTES = 7;

    private DepthSection() {}

    /** @param positions of each bin */
    static byte[] encode(DepthBins bins, int[] positions) {
        int count = bins.count();
        ByteSink body = new ByteSink(6 * count);
        for (int i = 0; i < count; i++) {
            body.varint(positions[i] - bins.covered()[i]);
        }
        long last = 0;
        for (int i = 0; i < count; i++) {
            if (bins.covered()[i] > 0) {
                long difference = bins.sum()[i] - last;
                body.varint(difference << 1 ^ difference >> 63);
                last = bins.sum()[i];
            }
        }
        for (int i = 0; i < count; i++) {
            if (bins.covered()[i] == positions[i]) {
                body.varint(bins.sum()[i] / positions[i] - bins.min()[i]);
            }
        }
        for (int i = 0; i < count; i++) {
            if (bins.covered()[i] > 0) {
                body.varint(bins.max()[i] - meanOfCovered(bins.sum()[i], bins.covered()[i]));
            }
        }
        return IndexSection.encode(PAGE, count, body, LEVEL);
    }

    /** No position of a bin can be deeper on average; rounded up, since the largest depth is a whole number. */
    private static long meanOfCovered(long sum, int covered) {
        return (sum + covered - 1) / covered;
    }

    /** @param positions of each bin of the page */
    static DepthBins decode(String object, byte[] bytes, long position, int[] positions) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, PAGE, 1);
        ByteCursor columns = body.columns();
        int count = body.count();
        if (count != positions.length) {
            throw columns.corrupt("section count", count + " bins, the page has " + positions.length);
        }
        DepthBins bins = new DepthBins(count);
        for (int i = 0; i < count; i++) {
            bins.covered()[i] = positions[i] - columns.varint32("depth uncovered", positions[i]);
        }
        long last = 0;
        for (int i = 0; i < count; i++) {
            int covered = bins.covered()[i];
            if (covered > 0) {
                long code = columns.varint("depth sum", 4 * Bams3Format.MAX_COUNT);
                last += code >>> 1 ^ -(code & 1);
                if (last < covered || last > Bams3Format.MAX_COUNT) {
                    throw columns.corrupt("depth sum", last + " over " + covered + " covered positions");
                }
                bins.sum()[i] = last;
            }
        }
        for (int i = 0; i < count; i++) {
            if (bins.covered()[i] == positions[i]) {
                long mean = bins.sum()[i] / positions[i];
                bins.min()[i] = mean - columns.varint("depth min", mean - 1);
            }
        }
        for (int i = 0; i < count; i++) {
            int covered = bins.covered()[i];
            if (covered > 0) {
                // All other covered positions have the least depth at least.
                long sum = bins.sum()[i];
                long least = Math.max(1, bins.min()[i]);
                long mean = meanOfCovered(sum, covered);
                long most = sum - least * (covered - 1);
                bins.max()[i] = mean + columns.varint("depth max", most - mean);
            }
        }
        columns.expectEnd("section");
        return bins;
    }

    /** @param pages in ascending order */
    static byte[] encode(List<DepthPageEntry> pages) {
        ByteSink body = new ByteSink(16 * pages.size());
        long next = 0;
        for (DepthPageEntry page : pages) {
            body.varint(page.number() - next);
            next = page.number() + 1;
        }
        long end = ObjectHead.LENGTH;
        for (DepthPageEntry page : pages) {
            body.varint(page.section().offset() - end);
            end = page.section().end();
        }
        pages.forEach(page -> body.varint(page.section().length()));
        pages.forEach(page -> body.int32(page.section().crc32c()));
        return IndexSection.encode(LIST, pages.size(), body);
    }

    /**
     * @param numbers pages that there may be
     * @param length of the object, in which they lie
     */
    static List<DepthPageEntry> decode(String object, byte[] bytes, long position, long numbers, long length) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, LIST, MIN_LIST_BYTES);
        ByteCursor columns = body.columns();
        long[] gaps = body.longs("depth page", Bams3Format.MAX_COUNT);
        long[] offsets = body.longs("depth page offset", Bams3Format.MAX_COUNT);
        int[] lengths = body.ints("depth page length", 1, Integer.MAX_VALUE - 16);
        List<DepthPageEntry> pages = new ArrayList<>(body.count());
        long next = 0;
        long end = ObjectHead.LENGTH;
        for (int i = 0; i < body.count(); i++) {
            long number = next + gaps[i];
            if (number >= numbers) {
                throw columns.corrupt("depth page", number + " of " + numbers);
            }
            next = number + 1;
            long offset = end + offsets[i];
            end = offset + lengths[i];
            if (end > length) {
                throw columns.corrupt("depth page offset", "ends at " + end + " of " + length);
            }
            pages.add(new DepthPageEntry(
                    number, new StoredRange(offset, lengths[i], columns.int32("depth page checksum"))));
        }
        columns.expectEnd("section");
        return pages;
    }
}
