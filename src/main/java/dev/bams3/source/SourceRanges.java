package dev.bams3.source;

import dev.bams3.flow.OrderedTasks;
import java.util.concurrent.ExecutorService;

/**
 * Reads a part of a source in ranges, several of them in flight. One thread. Memory: at most {@code inFlight}
 * ranges.
 */
final class SourceRanges implements AutoCloseable {
    private final SourceObject source;
    private final OrderedTasks<byte[]> reads;
    private final int rangeLength;
    private final int inFlight;
    private final long end;
    private long requested;
    private long position;

    /**
     * @param waiting runs the reads; they do nothing but wait
     * @param from first byte that is read
     * @param end index after the last byte
     */
    SourceRanges(SourceObject source, ExecutorService waiting, int rangeLength, int inFlight, long from, long end) {
        this.end = end;
        requested = from;
        position = from;
        this.source = source;
        this.reads = new OrderedTasks<>(waiting);
        this.rangeLength = rangeLength;
        this.inFlight = inFlight;
    }

    /** The next bytes, never none; an empty array after the last. */
    byte[] next() {
        while (reads.pending() < inFlight && requested < end) {
            long offset = requested;
            int length = (int) Math.min(rangeLength, end - offset);
            reads.submit(() -> source.read(offset, length));
            requested += length;
        }
        if (reads.pending() == 0) {
            return new byte[0];
        }
        byte[] range = reads.take();
        position += range.length;
        return range;
    }

    SourceObject source() {
        return source;
    }

    /** Bytes of the whole source. */
    long sourceSize() {
        return source.size();
    }

    /** Returns the offset in the source up to which bytes were handed out. */
    long position() {
        return position;
    }

    @Override
    public void close() {
        reads.close();
    }
}
