package dev.bams3.query;

import java.util.concurrent.atomic.LongAdder;

/** Time that the threads of the pool worked, since the start. Safe for use by many threads. */
public final class WorkTimes {
    private final LongAdder blocks = new LongAdder();
    private final LongAdder decoding = new LongAdder();
    private final LongAdder encoding = new LongAdder();

    void add(long decodeNanos, long encodeNanos) {
        blocks.increment();
        decoding.add(decodeNanos);
        encoding.add(encodeNanos);
    }

    /** Blocks decoded and encoded. */
    public long blocks() {
        return blocks.sum();
    }

    /** Nanoseconds from stored bytes to records, checksums included. */
    public long decodeNanos() {
        return decoding.sum();
    }

    /** Nanoseconds from records to bytes of the answer, filters included. */
    public long encodeNanos() {
        return encoding.sum();
    }
}
