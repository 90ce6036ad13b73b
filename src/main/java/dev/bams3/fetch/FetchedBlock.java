package dev.bams3.fetch;

import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.storage.ByteRange;
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
    /** The piece that fetched the bytes; null for cached ones. */
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
        return chunks.name(block.entry().chunk());
    }

    /** Decodes a stored block. */
    @FunctionalInterface
    public interface Decoding<T> {
        /**
         * @param bytes array that holds the block, among others; not to be changed
         * @param offset where it begins
         * @throws ReadsException CORRUPT unless every checksum is right
         */
        T decode(byte[] bytes, int offset);
    }

    /**
     * Decodes the block. What turns out corrupt, because it was damaged on its way or in memory, is read once more; what is right
     * may be kept for other requests.
     */
    public <T> T decoded(Decoding<T> decoding) {
        T decoded;
        try {
            decoded = decoding.decode(buffer, offset);
        } catch (ReadsException e) {
            if (cache != null) {
                cache.remove(BlockCache.key(chunks, block.entry()));
            }
            return chunks.damage().again(e, () -> decoding.decode(readAgain(), 0));
        }
        if (cache != null && piece != null) {
            cache.put(
                    BlockCache.key(chunks, block.entry()),
                    buffer,
                    offset,
                    block.entry().storedLength());
        }
        return decoded;
    }

    private byte[] readAgain() {
        BlockEntry entry = block.entry();
        return chunks.fresh().read(entry.chunk(), new ByteRange(entry.offset(), entry.storedLength()));
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false) && piece != null) {
            piece.release(1);
        }
    }
}
