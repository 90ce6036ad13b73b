package dev.bams3.convert;

import dev.bams3.bgzf.VirtualOffset;

/**
 * A part of a source that is converted on its own.
 *
 * @param number 0 for the first
 * @param from virtual offset of its first record
 * @param to virtual offset of the first record of the next shard, or of the end of the file
 * @param firstChunk number of its first chunk object
 * @param endChunk number after those that its chunk objects may have
 */
public record Shard(int number, long from, long to, int firstChunk, int endChunk) {

    /** Compressed bytes of the source, about. */
    public long sourceBytes() {
        return end().block() - start().block();
    }

    VirtualOffset start() {
        return new VirtualOffset(from);
    }

    VirtualOffset end() {
        return new VirtualOffset(to);
    }
}
