package dev.bams3.genome;

/**
 * A stretch of one reference, 0-based and half-open. Text forms (1-based, inclusive) are converted in {@link Region}.
 *
 * @param start first position, 0 or more
 * @param end position after the last, at least {@code start}
 */
public record Interval(long start, long end) implements Comparable<Interval> {
    public Interval {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("not an interval: [" + start + "," + end + ")");
        }
    }

    public boolean isEmpty() {
        return start == end;
    }

    public long length() {
        return end - start;
    }

    /** Whether the two share at least one position; an empty interval shares none. */
    public boolean overlaps(Interval other) {
        return start < other.end && other.start < end && !isEmpty() && !other.isEmpty();
    }

    @Override
    public int compareTo(Interval other) {
        int byStart = Long.compare(start, other.start);
        return byStart != 0 ? byStart : Long.compare(end, other.end);
    }
}
