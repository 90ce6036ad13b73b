package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.bams3.BlockList;
import dev.bams3.bams3.ChunkEntry;
import dev.bams3.sam.SamHeader;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Headers and index sections of generations in use. A generation never changes, so they are good for ever. */
final class DatasetParts {
    private static final int BYTES_OF_CHUNK_ENTRY = 56;
    private static final int BYTES_OF_ENTRY = 256;

    private final SingleFlight<Generation, SamHeader> headers;
    private final SingleFlight<Section, BlockList> blocks;
    private final SingleFlight<Generation, List<ChunkEntry>> chunks;

    /** What a part belongs to. The place is part of it, because of two copies of a dataset one may be damaged. */
    record Generation(DatasetLocation location, UUID uuid, String name) {}

    /** The blocks of one reference, or of the unplaced reads. */
    private record Section(Generation generation, int reference) {}

    DatasetParts(DatasetCacheSettings settings) {
        headers = new SingleFlight<>(Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(settings.headerBytes())
                .weigher((Generation generation, SamHeader header) -> weight(header.text().length))
                .buildAsync());
        // Of the bytes for the index, block lists take nearly all; a chunk table is read by few.
        blocks = new SingleFlight<>(Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(settings.indexBytes() - settings.indexBytes() / 8)
                .weigher((Section section, BlockList list) -> weight(list.weight()))
                .buildAsync());
        chunks = new SingleFlight<>(Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(settings.indexBytes() / 8)
                .weigher((Generation generation, List<ChunkEntry> table) ->
                        weight((long) BYTES_OF_CHUNK_ENTRY * table.size()))
                .buildAsync());
    }

    private static int weight(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, bytes + BYTES_OF_ENTRY);
    }

    SamHeader header(Generation generation, Supplier<SamHeader> load) {
        return headers.get(generation, load);
    }

    BlockList blocks(Generation generation, int reference, Supplier<BlockList> load) {
        return blocks.get(new Section(generation, reference), load);
    }

    List<ChunkEntry> chunks(Generation generation, Supplier<List<ChunkEntry>> load) {
        return chunks.get(generation, load);
    }
}
