package dev.bams3.dataset;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockIndex;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DepthGrid;
import dev.bams3.format.DepthPages;
import dev.bams3.format.HeaderCodec;
import dev.bams3.format.PageEntry;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.StoredRange;
import dev.bams3.format.StoredSection;
import dev.bams3.format.StretchList;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A dataset as one commit made it; what is published later does not reach it. Immutable, shared, safe for use by many
 * threads, nothing to close.
 *
 * <p>The objects of a generation are written once under keys that are never used again. Their key is therefore their
 * identity, and reads of them carry no ETag; sizes and checksums are compared with what the metadata says. That one of them
 * is missing means a damaged dataset (CORRUPT), unless the commit itself was replaced or removed meanwhile (CHANGED: opening
 * again gives the new one, or NOT_FOUND).
 */
public final class OpenDataset {
    /** Memory that decoding a section takes for each stored byte; more is charged where a section claims more. */
    private static final int USUAL_GROWTH_OF_SECTION = 12;

    private final DatasetLocation location;
    private final DatasetMetadata metadata;
    private final ETag etag;
    private final DatasetParts parts;
    private final DatasetParts.Generation generation;
    private final Runnable whenChanged;

    /** @param whenChanged called when this is found to be outdated */
    OpenDataset(
            DatasetLocation location, DatasetMetadata metadata, ETag etag, DatasetParts parts, Runnable whenChanged) {
        this.location = location;
        this.metadata = metadata;
        this.etag = etag;
        this.parts = parts;
        this.whenChanged = whenChanged;
        generation = new DatasetParts.Generation(location, metadata.uuid(), metadata.generation());
    }

    public DatasetMetadata metadata() {
        return metadata;
    }

    /** Names and lengths of the references. At most one GET, and none where they are few. */
    public ReferenceDictionary references() {
        return parts.references(generation, () -> {
            ReferenceDictionary read =
                    read(metadata.index().references(), BlockIndex::references).orElse(ReferenceDictionary.EMPTY);
            requireReferences(read.size(), metadata.index().references(), "references");
            return read;
        });
    }

    /** Counts of the reads of each reference. At most one GET. */
    public List<ReadsTotals> totals() {
        return parts.totals(generation, () -> {
            List<ReadsTotals> read =
                    read(metadata.index().totals(), BlockIndex::totals).orElse(List.of());
            requireReferences(read.size(), metadata.index().totals(), "totals");
            return read;
        });
    }

    private void requireReferences(int found, Optional<StoredSection> stored, String section) {
        if (found != metadata.references()) {
            boolean inline = stored.flatMap(StoredSection::inline).isPresent();
            String object = (inline ? location.key(DatasetLayout.METADATA) : indexKey()).value();
            throw ReadsException.corrupt(
                    object, 0, section, found + " references, the metadata says " + metadata.references());
        }
    }

    /** ETag of the commit; another one is another dataset. */
    public ETag etag() {
        return etag;
    }

    public DatasetLocation location() {
        return location;
    }

    /** Tells what was damaged on its way from what is damaged in the store. */
    public DamageCheck damage() {
        return parts.damage();
    }

    /** The store of all its objects. */
    public ObjectStore store() {
        return location.store();
    }

    /** @param number of a chunk that the index names, 0 to {@link DatasetLayout#MAX_CHUNKS} - 1 */
    public ObjectKey chunkKey(int number) {
        Objects.checkIndex(number, DatasetLayout.MAX_CHUNKS);
        return location.key(DatasetLayout.chunk(metadata.generation(), number));
    }

    /** Returns the chunk key as text, for messages. */
    public String chunkName(int number) {
        return chunkKey(number).value();
    }

    /** The header text of the source, verbatim, with the references of the metadata. At most one GET. */
    public SamHeader header() {
        return parts.header(generation, this::readHeader);
    }

    /** Begins to read the header, which will be needed, while something else is read: of two round trips one is waited for. */
    public void prepareHeader() {
        parts.prepareHeader(generation, this::readHeader);
    }

    private SamHeader readHeader() {
        ObjectKey key = location.key(DatasetLayout.header(metadata.generation()));
        int length = metadata.header().length();
        byte[] text;
        // The text, and once more while it is parsed.
        long bytes = length + 2L * metadata.header().rawLength();
        try (ByteBudget.Lease _ = parts.memory().charge(key.value(), "the header", bytes)) {
            text = decoded(
                    () -> existing(key, () -> store().get(key, length).body()),
                    () -> existing(key, () -> store().fresh().get(key, length).body()),
                    stored -> HeaderCodec.decode(key.value(), stored, metadata.header()));
        }
        // Charged separately: a thread that waits for memory while it holds some could deadlock with another one.
        return new SamHeader(text, references());
    }

    /** @param secondRead for bytes that turn out corrupt */
    private <T> T decoded(Supplier<byte[]> firstRead, Supplier<byte[]> secondRead, Function<byte[], T> decode) {
        byte[] stored = firstRead.get();
        try {
            return decode.apply(stored);
        } catch (ReadsException e) {
            return parts.damage().again(e, () -> decode.apply(secondRead.get()));
        }
    }

    /** The pages that the list of blocks is cut into. At most one GET, and none where they are few. */
    public StretchList<PageEntry> pages() {
        return parts.pages(
                generation,
                () -> read(metadata.index().pages(), BlockIndex::pages).orElse(new StretchList<>(List.of())));
    }

    /** All blocks, in file order. */
    public StretchList<BlockEntry> blocks() {
        return blocks(pages().all());
    }

    /**
     * The blocks of some pages. Pages that lie near each other are one GET, and all GETs run at one time.
     *
     * @param wanted some of {@link #pages}, in file order
     * @throws ReadsException CORRUPT naming object, offset and field
     */
    public StretchList<BlockEntry> blocks(List<PageEntry> wanted) {
        List<Supplier<StretchList<BlockEntry>>> begun = new ArrayList<>();
        for (SectionGroup.Section section : SectionGroup.of(wanted, range -> readIndex(store(), range))) {
            begun.add(parts.prepareBlocks(generation, section.page(), () -> readBlocks(section)));
        }
        List<StretchList<BlockEntry>> read = begun.stream().map(Supplier::get).toList();
        return read.size() == 1
                ? read.getFirst()
                : new StretchList<>(
                        read.stream().flatMap(page -> page.all().stream()).toList());
    }

    private StretchList<BlockEntry> readBlocks(SectionGroup.Section section) {
        String object = indexKey().value();
        PageEntry page = section.page();
        return readSection(
                object,
                page.section(),
                section.bytes(),
                () -> read(store().fresh(), indexKey(), page.section()),
                stored -> BlockIndex.blocks(object, stored, page));
    }

    /** The chunk objects by number, with their sizes. At most one GET; no query needs it. */
    public List<ChunkEntry> chunks() {
        return parts.chunks(
                generation,
                () -> read(metadata.index().chunks(), BlockIndex::chunks).orElse(List.of()));
    }

    /**
     * The summary of depth, if the dataset has one. At most one GET, and none where its list of pages is short.
     *
     * @throws ReadsException CORRUPT naming object, offset and field
     */
    public Optional<StoredDepth> depth() {
        return metadata.depth()
                .map(described -> parts.depth(generation, () -> {
                    ObjectKey key = location.key(DatasetLayout.depth(metadata.generation()));
                    DepthGrid grid = grid(key, described);
                    DepthPages pages = read(
                                    described.pages(),
                                    key,
                                    (object, section, range) ->
                                            DepthPages.decode(object, section, range, grid, described.length()))
                            .orElseGet(() -> DepthPages.none(grid));
                    return new StoredDepth(this, key, pages);
                }));
    }

    private DepthGrid grid(ObjectKey key, DepthObject described) {
        ReferenceDictionary names = references();
        long weight = DepthGrid.weight(described.widths().size(), names.size());
        try (ByteBudget.Lease _ = parts.memory().charge(key.value(), "the bins of depth", weight)) {
            return new DepthGrid(described.widths(), names);
        }
    }

    /** Makes something of the bytes of a section. */
    @FunctionalInterface
    private interface Decoding<T> {
        T decode(String object, byte[] section, StoredRange range);
    }

    private <T> Optional<T> read(Optional<StoredSection> stored, Decoding<T> decoding) {
        return read(stored, indexKey(), decoding);
    }

    /** @param key of the object that the section lies in, where it does not stand in the metadata */
    private <T> Optional<T> read(Optional<StoredSection> stored, ObjectKey key, Decoding<T> decoding) {
        return stored.map(section -> {
            StoredRange range = section.range();
            Optional<byte[]> inline = section.inlineBytes();
            if (inline.isPresent()) {
                // Its checksum was that of the metadata.
                String object = location.key(DatasetLayout.METADATA).value();
                return readSection(
                        object, range, inline::get, inline::get, bytes -> decoding.decode(object, bytes, range));
            }
            String object = key.value();
            return readSection(
                    object,
                    range,
                    () -> read(store(), key, range),
                    () -> read(store().fresh(), key, range),
                    bytes -> decoding.decode(object, bytes, range));
        });
    }

    private <T> T readSection(
            String object,
            StoredRange section,
            Supplier<byte[]> firstRead,
            Supplier<byte[]> secondRead,
            Function<byte[], T> decode) {
        String what = "a section of the index";
        long usual = USUAL_GROWTH_OF_SECTION * (long) section.length();
        try (ByteBudget.Lease charged = parts.memory().charge(object, what, usual)) {
            return decoded(firstRead, secondRead, stored -> {
                charged.growTo(object, what, BlockIndex.memory(object, stored, section));
                return decode.apply(stored);
            });
        }
    }

    /** Key of the index object, for messages. */
    public String indexName() {
        return indexKey().value();
    }

    /**
     * Bytes that follow from the metadata, the header and the index, from a cache or made now, once for all who ask.
     *
     * @param name of what is made, among all that is made of a dataset
     * @param memory bytes that making it takes
     * @throws ReadsException TOO_LARGE for more memory than there is for such things, OVERLOADED where others have it
     */
    public byte[] derived(String name, long memory, Supplier<byte[]> maker) {
        return parts.derived(generation, name, () -> {
            // Not held meanwhile: the maker reads the index, which is charged, and no request that holds bytes may
            // wait.
            parts.memory().charge(indexName(), "the " + name, memory).close();
            return maker.get();
        });
    }

    private ObjectKey indexKey() {
        return location.key(DatasetLayout.index(metadata.generation()));
    }

    private byte[] read(ObjectStore from, ObjectKey key, StoredRange section) {
        ByteRange range = new ByteRange(section.offset(), section.length());
        return existing(key, () -> from.getRange(key, range, ETag.ANY));
    }

    private byte[] readIndex(ObjectStore from, ByteRange range) {
        return existing(indexKey(), () -> from.getRange(indexKey(), range, ETag.ANY));
    }

    /** Reads an object of the generation, which has to be there as the metadata says. */
    byte[] existing(ObjectKey key, Supplier<byte[]> read) {
        try {
            return read.get();
        } catch (ReadsException e) {
            String damage = switch (e.kind()) {
                case NOT_FOUND -> "is missing, although the metadata names it";
                case INVALID_RANGE, TOO_LARGE -> "has not the length that the metadata says";
                default -> throw e;
            };
            if (isOutdated()) {
                throw ReadsException.about(
                        ErrorKind.CHANGED, key.value(), "the dataset was replaced or removed; ask again", e);
            }
            throw ReadsException.about(ErrorKind.CORRUPT, key.value(), damage, e);
        }
    }

    /**
     * Whether the dataset was replaced or removed meanwhile; asks the store. If so, the next open sees it, however fresh this one
     * is.
     */
    public boolean isOutdated() {
        boolean outdated = store().find(location.key(DatasetLayout.METADATA))
                .filter(commit -> etag.matches(commit.etag()))
                .isEmpty();
        if (outdated) {
            whenChanged.run();
        }
        return outdated;
    }
}
