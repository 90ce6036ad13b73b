package dev.bams3.fetch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.format.BlockEntry;
import dev.bams3.plan.ReadPlan;
import dev.bams3.storage.ObjectKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stored blocks that small queries have read, so that asking again for a region costs no GET. Only plans of few bytes put
 * blocks in and look for them: a whole chromosome neither flushes the cache nor is cut up by it. What is in it was decoded,
 * every checksum compared, before it was put in. A key names the bytes themselves (object of one generation, place,
 * checksum), so nothing in it is ever out of date; blocks of replaced datasets are evicted like any that no request asks for. Safe for
 * use by many threads.
 */
public final class BlockCache {
    /** Larger plans are whole genes and more, of which each block is wanted about once. */
    private static final long MOST_OF_A_PLAN = 2 << 20;

    /** Share of the cache that one plan may fill. */
    private static final int SHARE_OF_A_PLAN = 8;

    private static final int BYTES_OF_ENTRY = 256;

    private final long maxBytes;
    private final Cache<Key, byte[]> blocks;

    record Key(String store, ObjectKey object, long offset, int crc32c) {}

    /** @param maxBytes of heap, about; 0 keeps nothing */
    public BlockCache(long maxBytes) {
        this.maxBytes = maxBytes;
        blocks = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher((Key key, byte[] block) -> block.length + BYTES_OF_ENTRY)
                .recordStats()
                .build();
    }

    /** Whether the blocks of a plan are worth keeping and looking for. */
    boolean serves(ReadPlan plan) {
        return plan.fetchedBytes() <= Math.min(MOST_OF_A_PLAN, maxBytes / SHARE_OF_A_PLAN);
    }

    /** Whether the blocks of several plans that are read together are worth keeping: half of the cache is left to others. */
    boolean servesTogether(long bytes) {
        return bytes <= maxBytes / 2;
    }

    static Key key(ChunkObjects chunks, BlockEntry entry) {
        return new Key(chunks.store().location(), chunks.keys().apply(entry.chunk()), entry.offset(), entry.crc32c());
    }

    /** The stored bytes, not to be changed; null where they are not here. */
    byte @Nullable [] get(Key key) {
        return blocks.getIfPresent(key);
    }

    /** Keeps a copy of a stretch that was found right. */
    void put(Key key, byte[] buffer, int offset, int length) {
        blocks.put(key, Arrays.copyOfRange(buffer, offset, offset + length));
    }

    /** Drops a block that turned out damaged in memory. */
    void remove(Key key) {
        blocks.invalidate(key);
    }

    /** Returns the cache for metrics: the library's own statistics, and weights in bytes. */
    public Cache<?, ?> cache() {
        return blocks;
    }
}
