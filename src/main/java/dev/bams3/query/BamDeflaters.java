package dev.bams3.query;

import dev.bams3.bgzf.BgzfDeflaters;

/**
 * What compresses BAM answers. A stream is taken in one go, so speed is all that counts. A slice may be fetched in pieces,
 * twice, from two processes, and joined: each of its bytes has to be the same every time.
 *
 * @param streams of whole answers
 * @param slices {@linkplain BgzfDeflaters#repeatable repeatable} ones
 */
public record BamDeflaters(BgzfDeflaters streams, BgzfDeflaters slices) implements AutoCloseable {
    /**
     * The best for each.
     *
     * @param level 0 (stored) to 9 (smallest)
     * @param threads that compress at once
     */
    public static BamDeflaters of(int level, int threads) {
        return new BamDeflaters(new BgzfDeflaters(level, threads), BgzfDeflaters.repeatable(level, threads));
    }

    @Override
    public void close() {
        streams.close();
        slices.close();
    }
}
