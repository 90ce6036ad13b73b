package dev.bams3.fetch;

import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.ReadPlan;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The blocks of a small plan: those of the cache from there, the others from a stream that leaves theirs behind. */
final class CachedBlocks implements StoredBlocks {
    private final ReadPlan plan;
    private final ChunkObjects chunks;
    private final BlockCache cache;
    /** By index in the plan; those handed on are no longer here. */
    private final Map<Integer, byte[]> cached = new HashMap<>();

    private final BlockStream others;
    private int next;

    CachedBlocks(ReadPlan plan, ChunkObjects chunks, BlockCache cache, ChunkFetcher fetcher, Runnable watch) {
        this.plan = plan;
        this.chunks = chunks;
        this.cache = cache;
        for (int i = 0; i < plan.blocks().size(); i++) {
            byte @Nullable [] bytes =
                    cache.get(BlockCache.key(chunks, plan.blocks().get(i).entry()));
            if (bytes != null) {
                cached.put(i, bytes);
            }
        }
        others = new BlockStream(plan.only(i -> !cached.containsKey(i)), chunks, cache, fetcher, watch);
    }

    @Override
    public boolean hasNext() {
        return next < plan.blocks().size();
    }

    @Override
    public boolean isReady() {
        return hasNext() && (cached.containsKey(next) || others.isReady());
    }

    @Override
    public FetchedBlock next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + next + " blocks were handed on");
        }
        byte @Nullable [] bytes = cached.remove(next);
        PlannedBlock block = plan.blocks().get(next++);
        if (bytes == null) {
            return others.next();
        }
        others.readAhead();
        return FetchedBlock.ofCache(block, chunks, bytes, cache);
    }

    @Override
    public long bytesFetched() {
        return others.bytesFetched();
    }

    @Override
    public int gets() {
        return others.gets();
    }

    @Override
    public void close() {
        others.close();
        next = plan.blocks().size();
        cached.clear();
    }
}
