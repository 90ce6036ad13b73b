package dev.bams3.convert;

/** Has the shards of a plan converted, each by {@link Converter#convertShard}, wherever that is. */
@FunctionalInterface
public interface ShardRunner {
    /**
     * Returns when every shard has a result.
     *
     * @param plan may have shards with results, which need no work
     * @param supervision receives the progress of all shards together and can stop them; its fence does not concern them
     * @throws dev.bams3.error.ReadsException the first failure of a shard, after which none is worked on any more; or, while
     *     those may go on that run in other processes, CANCELLED, or what keeps this one from seeing them
     */
    void run(ConversionRequest request, ConversionPlan plan, Supervision supervision);
}
