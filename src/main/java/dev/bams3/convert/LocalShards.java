package dev.bams3.convert;

import dev.bams3.flow.OrderedTasks;
import java.util.ArrayList;
import java.util.List;
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
        Sum sum = new Sum(plan, supervision.listener());
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

    /** Adds up what shards tell of themselves. */
    private static final class Sum {
        private final Progress.Listener listener;
        private final List<Progress> latest;

        Sum(ConversionPlan plan, Progress.Listener listener) {
            this.listener = listener;
            latest = new ArrayList<>();
            for (Shard shard : plan.shards()) {
                latest.add(new Progress(Progress.Phase.CONVERTING, 0, 0, 0, 0, shard.sourceBytes(), 0));
            }
        }

        void ended(ShardResult result) {
            Shard shard = result.shard();
            Progress last;
            synchronized (this) {
                last = latest.get(shard.number());
            }
            progressed(
                    shard,
                    new Progress(
                            last.phase(),
                            1,
                            result.digest().records(),
                            result.digest().bytes(),
                            shard.sourceBytes(),
                            shard.sourceBytes(),
                            result.storedBytes()));
        }

        synchronized void progressed(Shard shard, Progress progress) {
            latest.set(shard.number(), progress);
            long records = 0;
            long bytes = 0;
            long read = 0;
            long size = 0;
            long stored = 0;
            double done = 0;
            for (Progress each : latest) {
                records += each.records();
                bytes += each.recordBytes();
                read += each.sourceBytes();
                size += each.sourceSize();
                stored += each.storedBytes();
                done += each.fraction() * Math.max(1, each.sourceSize());
            }
            double fraction = Math.min(1, done / Math.max(size, latest.size()));
            listener.progressed(new Progress(progress.phase(), fraction, records, bytes, read, size, stored));
        }
    }
}
