package dev.bams3.fetch;

import dev.bams3.plan.PlannedBlock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One block's stored bytes, as a stretch of the array that its GET filled, or of the cache. Fetched bytes stay charged to the
 * budget until the block is closed, by any thread; it has to be closed without waiting for the stream that it came from.
 */
public final class FetchedBlock implements AutoCloseable {
    private final PlannedBlock block;
    private final ChunkObjects chunks;
    private final byte[] buffer;
    private final int offset;
    /** What the bytes were fetched with; null for those of the cache. */
    private final @Nullable Piece piece;
    /** Null where the block is not worth keeping. */
    private final @Nullable BlockCache cache;

    private final AtomicBoolean open = new AtomicBoolean(true);

    FetchedBlock(
            PlannedBlock block,
            ChunkObjects chunks,
            byte[] buffer,
            int offset,
            @Nullable Piece piece,
            @Nullable BlockCache cache) {
        this.block = block;
        this.chunks = chunks;
        this.buffer = buffer;
        this.offset = offset;
        this.piece = piece;
        this.cache = cache;
    }

    static FetchedBlock ofCache(PlannedBlock block, ChunkObjects chunks, byte[] bytes, BlockCache cache) {
        return new FetchedBlock(block, chunks, bytes, 0, null, cache);
    }

    public PlannedBlock block() {
        return block;
    }

    /** Name of the chunk object, for messages. */
    public String object() {
        return chunks.keys().apply(block.entry().chunk()).value();
    }

    /** Array that holds the stored block, among others; not to be changed. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where the block begins in {@link #buffer}. */
    public int offset() {
        return offset;
    }

    /** Says, before closing, that the block was decoded and every checksum is right: now others may have it from memory. */
    public void right() {
        if (cache != null && piece != null) {
            cache.put(
                    BlockCache.key(chunks, block.entry()),
                    buffer,
                    offset,
                    block.entry().storedLength());
        }
    }

    /** Says that the block is damaged. It may be so in memory only; then the next one who asks gets it from the store. */
    public void wrong() {
        if (cache != null) {
            cache.remove(BlockCache.key(chunks, block.entry()));
        }
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false) && piece != null) {
            piece.release(1);
        }
    }
}
