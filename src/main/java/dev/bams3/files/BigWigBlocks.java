package dev.bams3.files;

import dev.bams3.genome.Reference;
import java.util.List;

/**
 * Where the blocks of one scale lie in a bigWig: the values of the finest, or the summaries of a zoom level. Every reference
 * has blocks of its own, each of as many bins as fit but the last, so every place follows from the lengths of the references.
 */
final class BigWigBlocks {
    private final List<Reference> references;
    private final int width;
    private final int mostBins;
    private final int headBytes;
    private final int binBytes;
    private final boolean separatesLast;
    private final long offset;

    /** Number of the first block of each reference, and of its first byte; one more for the end. */
    private final long[] first;

    private final long[] bytes;

    /**
     * @param references in the order of the file
     * @param width of the bins
     * @param mostBins of a block
     * @param headBytes before the bins of a block
     * @param binBytes of each bin
     * @param separatesLast whether a last bin that is shorter than the others has a block of its own
     * @param offset of the first block in the file
     */
    BigWigBlocks(
            List<Reference> references,
            int width,
            int mostBins,
            int headBytes,
            int binBytes,
            boolean separatesLast,
            long offset) {
        this.references = references;
        this.width = width;
        this.mostBins = mostBins;
        this.headBytes = headBytes;
        this.binBytes = binBytes;
        this.separatesLast = separatesLast;
        this.offset = offset;
        first = new long[references.size() + 1];
        bytes = new long[references.size() + 1];
        bytes[0] = offset;
        for (int i = 0; i < references.size(); i++) {
            int length = references.get(i).length();
            long blocks = blocks(length);
            first[i + 1] = first[i] + blocks;
            bytes[i + 1] = bytes[i] + blocks * headBytes + (long) bins(length) * binBytes;
        }
    }

    /**
     * Some bins of a reference, one after the other.
     *
     * @param reference its number in the file
     * @param firstBin of the reference
     * @param bins how many
     * @param start first position
     * @param end position behind the last
     * @param offset in the file
     */
    record Block(int reference, int firstBin, int bins, int start, int end, long offset, int length) {}

    private int bins(int length) {
        return Math.ceilDiv(length, width);
    }

    private boolean hasShortLast(int length) {
        return separatesLast && length % width != 0;
    }

    private long blocks(int length) {
        int bins = bins(length);
        return hasShortLast(length) ? (bins - 1L + mostBins - 1) / mostBins + 1 : (bins + mostBins - 1L) / mostBins;
    }

    long count() {
        return first[references.size()];
    }

    /** Offset of the first block. */
    long begin() {
        return offset;
    }

    /** Offset behind the last block. */
    long end() {
        return bytes[references.size()];
    }

    int width() {
        return width;
    }

    Block block(long number) {
        int reference = find(first, number);
        int length = references.get(reference).length();
        int bins = bins(length);
        long own = number - first[reference];
        boolean isShortLast = hasShortLast(length) && number == first[reference + 1] - 1;
        int firstBin = isShortLast ? bins - 1 : (int) (own * mostBins);
        int last = isShortLast ? bins : Math.min(firstBin + mostBins, hasShortLast(length) ? bins - 1 : bins);
        long at = bytes[reference] + own * headBytes + (long) firstBin * binBytes;
        return new Block(
                reference,
                firstBin,
                last - firstBin,
                firstBin * width,
                (int) Math.min(length, (long) last * width),
                at,
                headBytes + (last - firstBin) * binBytes);
    }

    /** Number of the block that has a byte of the file. */
    long at(long byteOffset) {
        int reference = find(bytes, byteOffset);
        long own = (byteOffset - bytes[reference]) / ((long) headBytes + (long) mostBins * binBytes);
        long number = Math.min(first[reference] + own, first[reference + 1] - 1);
        // A last block is shorter than the others.
        Block found = block(number);
        return byteOffset >= found.offset() + found.length() ? number + 1 : number;
    }

    /** The reference whose part of an ascending row a number lies in. */
    private static int find(long[] starts, long number) {
        int low = 0;
        int high = starts.length - 2;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (number >= starts[middle + 1]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
