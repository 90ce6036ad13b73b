package dev.bams3.convert;

/** Has the shards of a plan converted, each by {@link Converter#convertShard}, wherever that is. */
@FunctionalInterface
public interface ShardRunner {
    /**
     * Returns when every shard has a result.
     *
     * @param plan may have shards with results, which need no work
     * @param supervision told of all shards together, and ends them; its fence is not for them
     * @throws dev.bams3.error.ReadsException the first failure of a shard, or CANCELLED. None of the shards is worked on any
     *     more then, except that after {@link ConversionControl#stop} those may go on that run in other processes
     */
    void run(ConversionRequest request, ConversionPlan plan, Supervision supervision);
}
