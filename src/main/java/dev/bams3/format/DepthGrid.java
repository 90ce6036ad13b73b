package dev.bams3.format;

import dev.bams3.genome.ReferenceDictionary;
import java.util.List;

/**
 * The bins of a depth summary. At each scale every reference is cut into bins of one width, of which the last may be
 * shorter; the bins of all references stand one after the other, and each {@value #PAGE_BINS} of them are a page. A reference
 * that is one bin at a scale has none at the coarser ones.
 */
public final class DepthGrid {
    /** Bins of a page; the last page of a scale may have fewer. */
    public static final int PAGE_BINS = 8192;

    static final int MAX_SCALES = 16;

    private final List<Integer> widths;
    private final ReferenceDictionary references;

    /** Number of the first bin of each reference by scale; one more for the end. */
    private final long[][] first;

    /** Number of the first page of each scale; one more for the end. */
    private final long[] firstPage;

    /** @param widths of bins, each a multiple of the one before; 1 to {@value #MAX_SCALES} */
    public DepthGrid(List<Integer> widths, ReferenceDictionary references) {
        this.widths = List.copyOf(widths);
        this.references = references;
        first = new long[widths.size()][references.size() + 1];
        firstPage = new long[widths.size() + 1];
        for (int scale = 0; scale < widths.size(); scale++) {
            long bins = 0;
            for (int reference = 0; reference < references.size(); reference++) {
                bins += bins(scale, reference);
                first[scale][reference + 1] = bins;
            }
            firstPage[scale + 1] = firstPage[scale] + (bins + PAGE_BINS - 1) / PAGE_BINS;
        }
    }

    /** Returns the bytes of memory that a grid takes, about. */
    public static long weight(int scales, int references) {
        return 8L * (scales + 1L) * (references + 4L);
    }

    /** Returns the bytes of memory that this takes, about. */
    public long weight() {
        return weight(widths.size(), references.size());
    }

    /** Widths of the bins by scale, ascending. */
    public List<Integer> widths() {
        return widths;
    }

    public ReferenceDictionary references() {
        return references;
    }

    public int scales() {
        return widths.size();
    }

    public int width(int scale) {
        return widths.get(scale);
    }

    private int length(int reference) {
        return references.get(reference).length();
    }

    /** Bins of a reference at a scale; 0 where a finer scale has but one. */
    public int bins(int scale, int reference) {
        int length = length(reference);
        return scale > 0 && length <= width(scale - 1) ? 0 : Math.ceilDiv(length, width(scale));
    }

    /** Number of a reference's first bin among those of its scale. */
    public long firstBin(int scale, int reference) {
        return first[scale][reference];
    }

    /** Positions of the bin that begins at one. */
    public int positions(int scale, int reference, int start) {
        return Math.min(width(scale), length(reference) - start);
    }

    /** Bins of all references at a scale. */
    long bins(int scale) {
        return first[scale][references.size()];
    }

    /** Pages of all scales. */
    long pages() {
        return firstPage[scales()];
    }

    /** Number of a page among those of all scales, finest first. */
    public long page(int scale, long bin) {
        return firstPage[scale] + bin / PAGE_BINS;
    }

    /** The scale of a page. */
    public int scaleOf(long page) {
        int scale = 0;
        while (firstPage[scale + 1] <= page) {
            scale++;
        }
        return scale;
    }

    /** Number of a page's first bin among those of its scale. */
    public long firstBinOf(long page) {
        return (page - firstPage[scaleOf(page)]) * PAGE_BINS;
    }

    /** Bins of a page. */
    public int binsOf(long page) {
        return (int) Math.min(PAGE_BINS, bins(scaleOf(page)) - firstBinOf(page));
    }

    /**
     * Positions of each bin of a page.
     *
     * @return as many as {@link #binsOf} says
     */
    int[] positionsOf(long page) {
        int scale = scaleOf(page);
        long bin = firstBinOf(page);
        int[] positions = new int[binsOf(page)];
        int reference = referenceOf(scale, bin);
        for (int i = 0; i < positions.length; i++, bin++) {
            while (bin >= first[scale][reference + 1]) {
                reference++;
            }
            long start = (bin - first[scale][reference]) * width(scale);
            positions[i] = (int) Math.min(width(scale), length(reference) - start);
        }
        return positions;
    }

    /** The reference of a bin. */
    private int referenceOf(int scale, long bin) {
        int low = 0;
        int high = references.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bin >= first[scale][middle + 1]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
