package dev.bams3.convert;

import dev.bams3.flow.OrderedTasks;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Converts shards in this process, several at one time; each takes the memory of a conversion. */
public final class LocalShards implements ShardRunner {
    private final Converter converter;
    private final int atOnce;

    /** @param atOnce shards at one time, 1 or more */
    public LocalShards(Converter converter, int atOnce) {
        this.converter = converter;
        this.atOnce = atOnce;
    }

    @Override
    public void run(ConversionRequest request, ConversionPlan plan, Supervision supervision) {
        ShardSum sum = new ShardSum(plan, supervision.listener());
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        try (ExecutorService threads = threads();
                OrderedTasks<ShardResult> shards = new OrderedTasks<>(
                        threads,
                        () -> {
                            RuntimeException first = failure.get();
                            if (first != null) {
                                throw first;
                            }
                        },
                        "a shard")) {
            for (Shard shard : plan.shards()) {
                // Not the fence, which says of those it lets pass that they may have published.
                Supervision own = new Supervision(
                        progress -> sum.progressed(shard, progress), supervision.control(), Supervision.Fence.OPEN);
                shards.submit(() -> {
                    try {
                        ShardResult result = converter.convertShard(request, shard.number(), own);
                        sum.ended(result);
                        return result;
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, e);
                        throw e;
                    }
                });
            }
            while (shards.pending() > 0) {
                shards.take();
            }
        }
    }

    private ExecutorService threads() {
        return Executors.newFixedThreadPool(
                atOnce,
                Thread.ofPlatform()
                        .name("shard-", 0)
                        .daemon()
                        .priority(Thread.MIN_PRIORITY)
                        .factory());
    }
}
