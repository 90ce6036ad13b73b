package dev.bams3.convert;

import dev.bams3.flow.OrderedTasks;
import java.util.concurrent.ExecutorService;

/**
 * Reads a source from beginning to end in ranges, several of them in flight. One thread. Memory: at most {@code inFlight}
 * ranges.
 */
final class SourceRanges implements AutoCloseable {
    private final SourceObject source;
    private final OrderedTasks<byte[]> reads;
    private final int rangeLength;
    private final int inFlight;
    private long requested;
    private long delivered;

    /** @param waiting runs the reads; they do nothing but wait */
    SourceRanges(SourceObject source, ExecutorService waiting, int rangeLength, int inFlight) {
        this.source = source;
        this.reads = new OrderedTasks<>(waiting);
        this.rangeLength = rangeLength;
        this.inFlight = inFlight;
    }

    /** The next bytes, never none; an empty array after the last. */
    byte[] next() {
        while (reads.pending() < inFlight && requested < source.size()) {
            long offset = requested;
            int length = (int) Math.min(rangeLength, source.size() - offset);
            reads.submit(() -> source.read(offset, length));
            requested += length;
        }
        if (reads.pending() == 0) {
            return new byte[0];
        }
        byte[] range = reads.take();
        delivered += range.length;
        return range;
    }

    /** Bytes handed out so far. */
    long delivered() {
        return delivered;
    }

    @Override
    public void close() {
        reads.close();
    }
}
