package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.Cache;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.BlockList;
import dev.bams3.format.ChunkEntry;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.DamageCheck;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** Headers and index sections of generations in use. A generation never changes, so they are good for ever. */
final class DatasetParts {
    private static final long BYTES_OF_CHUNK_ENTRY = 64;
    private static final long BYTES_OF_ENTRY = 256;

    private final ByteBudget memory;
    private final DamageCheck damage;
    private final SingleFlight<Generation, SamHeader> headers;
    private final SingleFlight<Section, BlockList> blocks;
    private final SingleFlight<Generation, List<ChunkEntry>> chunks;
    private final SingleFlight<Derived, byte[]> derived;

    /** What a part belongs to. The place is part of it, because of two copies of a dataset one may be damaged. */
    record Generation(DatasetLocation location, UUID uuid, String name) {}

    /** The blocks of one reference, or of the unplaced reads. */
    private record Section(Generation generation, int reference) {}

    /** Bytes made of the parts. */
    private record Derived(Generation generation, String name) {}

    /**
     * @param memory that reading and decoding a part is charged to
     * @param damage tells what was damaged on its way
     */
    DatasetParts(DatasetCacheSettings settings, ByteBudget memory, DamageCheck damage) {
        this.memory = memory;
        this.damage = damage;
        headers = new SingleFlight<>(
                "the header", settings.headerBytes(), header -> header.text().length + BYTES_OF_ENTRY);
        // Of the bytes for the index, block lists take most; a chunk table is read by few.
        long chunkBytes = settings.indexBytes() / 8;
        long derivedBytes = settings.indexBytes() / 4;
        blocks = new SingleFlight<>(
                "the index", settings.indexBytes() - chunkBytes - derivedBytes, list -> list.weight() + BYTES_OF_ENTRY);
        chunks = new SingleFlight<>(
                "the list of chunks", chunkBytes, table -> BYTES_OF_CHUNK_ENTRY * table.size() + BYTES_OF_ENTRY);
        derived = new SingleFlight<>("the index of a file", derivedBytes, bytes -> bytes.length + BYTES_OF_ENTRY);
    }

    /** By what they hold. */
    Map<String, Cache<?, ?>> caches() {
        return Map.of(
                "headers",
                headers.cache(),
                "indexes",
                blocks.cache(),
                "chunks",
                chunks.cache(),
                "files",
                derived.cache());
    }

    ByteBudget memory() {
        return memory;
    }

    DamageCheck damage() {
        return damage;
    }

    SamHeader header(Generation generation, Supplier<SamHeader> load) {
        return headers.get(generation, load);
    }

    void prepareHeader(Generation generation, Supplier<SamHeader> load) {
        var _ = headers.prepare(generation, load);
    }

    Supplier<BlockList> prepareBlocks(Generation generation, int reference, Supplier<BlockList> load) {
        return blocks.prepare(new Section(generation, reference), load);
    }

    BlockList blocks(Generation generation, int reference, Supplier<BlockList> load) {
        return blocks.get(new Section(generation, reference), load);
    }

    List<ChunkEntry> chunks(Generation generation, Supplier<List<ChunkEntry>> load) {
        return chunks.get(generation, load);
    }

    byte[] derived(Generation generation, String name, Supplier<byte[]> maker) {
        return derived.get(new Derived(generation, name), maker);
    }
}
