package dev.bams3.jobs;

import dev.bams3.error.ReadsException;

/**
 * Settings of shards: how sources are split to be converted in parallel.
 *
 * @param atOnce shards of one conversion that are converted at one time, 1 to 256; with 1 no source is cut
 * @param bytes of the source in a shard, about, 1 KiB or more
 */
public record ShardSettings(int atOnce, long bytes) {
    private static final int MOST_AT_ONCE = 256;
    private static final long LEAST_BYTES = 1024;

    /** Each costs a look into the source, and its border may end a block early. */
    private static final int MOST_SHARDS = 1000;

    /** @throws ReadsException INVALID_INPUT naming the setting */
    public ShardSettings {
        if (atOnce < 1 || atOnce > MOST_AT_ONCE) {
            throw ReadsException.invalidInput(
                    "bams3.jobs.shards", "bams3.jobs.shards: must be 1 to " + MOST_AT_ONCE + ", is " + atOnce);
        }
        if (bytes < LEAST_BYTES) {
            throw ReadsException.invalidInput(
                    "bams3.jobs.shard-size", "bams3.jobs.shard-size: must be 1KB or more, is " + bytes + "B");
        }
    }

    /** Returns the number of shards for a source of that many bytes, 1 to {@value #MOST_SHARDS}. */
    public int shards(long sourceSize) {
        return atOnce == 1 ? 1 : Math.clamp((sourceSize + bytes - 1) / bytes, 1, MOST_SHARDS);
    }
}
