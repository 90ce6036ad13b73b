package dev.bams3.bams3;

/** Registered stream ids and transforms of a block. */
final class StreamIds {
    /** The records as they are: the only stream of its block. */
    static final int RECORDS = 0;

    static final int PLAIN = 0;

    private StreamIds() {}
}
