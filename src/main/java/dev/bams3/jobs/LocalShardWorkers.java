package dev.bams3.jobs;

import dev.bams3.convert.Converter;
import dev.bams3.convert.LocalShards;
import dev.bams3.convert.ShardRunner;

/** Shards are converted in this process. */
public final class LocalShardWorkers implements ShardWorkers {
    private final ShardSettings settings;
    private final LocalShards shards;

    public LocalShardWorkers(Converter converter, ShardSettings settings) {
        this.settings = settings;
        shards = new LocalShards(converter, settings.atOnce());
    }

    @Override
    public int shards(long sourceSize) {
        return settings.shards(sourceSize);
    }

    @Override
    public ShardRunner runner(Job job) {
        return shards;
    }

    /** Nothing outlives the runner here. */
    @Override
    public void end(Job job) {}

    @Override
    public void close() {}
}
