package dev.bams3.plan;

/**
 * How blocks become GETs. The first range of a plan is small, so that the first byte is early; each one after it may be four
 * times as long as the one before, up to the target. A gap is read, not skipped, where its bytes cost less than the round
 * trip of another GET.
 *
 * @param firstBytes most bytes of the first range, unless its first block alone has more
 * @param targetBytes most bytes of any range, unless its first block alone has more; at least {@code firstBytes}
 * @param gapBytes most bytes between two blocks of one range
 */
public record RangeRules(int firstBytes, int targetBytes, int gapBytes) {
    private static final int KIB = 1024;

    /** 512 KiB first (a 1 kb query is one GET), then up to 4 MiB; gaps of up to 64 KiB are read. */
    public static final RangeRules DEFAULT = new RangeRules(512 * KIB, 4 * KIB * KIB, 64 * KIB);

    public RangeRules {
        if (firstBytes < 1 || targetBytes < firstBytes || gapBytes < 0) {
            throw new IllegalArgumentException("not range rules: " + firstBytes + ", " + targetBytes + ", " + gapBytes);
        }
    }

    /** Most bytes of the range after one that was allowed {@code bytes}. */
    int after(int bytes) {
        return (int) Math.min(targetBytes, bytes * 4L);
    }
}
