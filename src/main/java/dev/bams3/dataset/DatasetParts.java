package dev.bams3.dataset;

import com.github.benmanes.caffeine.cache.Cache;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.PageEntry;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.StretchList;
import dev.bams3.genome.ReferenceDictionary;
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
    private static final long BYTES_OF_TOTALS = 48;

    /** The object, its name, and its entry in the map of names. */
    private static final long BYTES_OF_REFERENCE = 168;

    private final ByteBudget memory;
    private final DamageCheck damage;
    private final SingleFlight<Generation, SamHeader> headers;
    private final SingleFlight<Generation, ReferenceDictionary> references;
    private final SingleFlight<Generation, List<ReadsTotals>> totals;
    private final SingleFlight<Generation, StretchList<PageEntry>> pages;
    private final SingleFlight<Page, StretchList<BlockEntry>> blocks;
    private final SingleFlight<Generation, List<ChunkEntry>> chunks;
    private final SingleFlight<Derived, byte[]> derived;
    private final SingleFlight<Generation, StoredDepth> depth;

    /** The owner of a part. It includes the place, because one of two copies of a dataset may be damaged. */
    record Generation(DatasetLocation location, UUID uuid, String name) {}

    /** A page of the list of blocks, by where it lies in the index. */
    private record Page(Generation generation, long offset) {}

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
        // Of the bytes for the index, blocks take nearly all on large genomes, names on others.
        long part = settings.indexBytes() / 8;
        references = new SingleFlight<>("the references", 2 * part, DatasetParts::weight);
        totals = new SingleFlight<>("the totals", part, list -> BYTES_OF_TOTALS * list.size() + BYTES_OF_ENTRY);
        derived = new SingleFlight<>("the index of a file", part, bytes -> bytes.length + BYTES_OF_ENTRY);
        depth = new SingleFlight<>(
                "the summary of depth", part / 2, stored -> stored.pages().weight() + BYTES_OF_ENTRY);
        pages = new SingleFlight<>("the index", part, list -> list.weight() + BYTES_OF_ENTRY);
        blocks = new SingleFlight<>(
                "the index", settings.indexBytes() - 6 * part, list -> list.weight() + BYTES_OF_ENTRY);
        chunks = new SingleFlight<>(
                "the list of chunks", part / 2, table -> BYTES_OF_CHUNK_ENTRY * table.size() + BYTES_OF_ENTRY);
    }

    private static long weight(ReferenceDictionary references) {
        return BYTES_OF_ENTRY
                + references.references().stream()
                        .mapToLong(reference ->
                                BYTES_OF_REFERENCE + reference.name().length())
                        .sum();
    }

    /** Returns the caches by the names of their content. */
    Map<String, Cache<?, ?>> caches() {
        return Map.of(
                "headers",
                headers.cache(),
                "references",
                references.cache(),
                "totals",
                totals.cache(),
                "pages",
                pages.cache(),
                "indexes",
                blocks.cache(),
                "chunks",
                chunks.cache(),
                "files",
                derived.cache(),
                "depth",
                depth.cache());
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

    ReferenceDictionary references(Generation generation, Supplier<ReferenceDictionary> load) {
        return references.get(generation, load);
    }

    List<ReadsTotals> totals(Generation generation, Supplier<List<ReadsTotals>> load) {
        return totals.get(generation, load);
    }

    StretchList<PageEntry> pages(Generation generation, Supplier<StretchList<PageEntry>> load) {
        return pages.get(generation, load);
    }

    Supplier<StretchList<BlockEntry>> prepareBlocks(
            Generation generation, PageEntry page, Supplier<StretchList<BlockEntry>> load) {
        return blocks.prepare(new Page(generation, page.section().offset()), load);
    }

    List<ChunkEntry> chunks(Generation generation, Supplier<List<ChunkEntry>> load) {
        return chunks.get(generation, load);
    }

    StoredDepth depth(Generation generation, Supplier<StoredDepth> load) {
        return depth.get(generation, load);
    }

    byte[] derived(Generation generation, String name, Supplier<byte[]> maker) {
        return derived.get(new Derived(generation, name), maker);
    }
}
