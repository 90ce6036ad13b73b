package dev.bams3.dataset;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockIndex;
import dev.bams3.format.BlockList;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.HeaderCodec;
import dev.bams3.format.StoredRange;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final ReferenceDictionary references;
    private final ETag etag;
    private final DatasetParts parts;
    private final DatasetParts.Generation generation;
    private final Runnable whenChanged;

    /** @param whenChanged called when this is found to be outdated */
    OpenDataset(
            DatasetLocation location, DatasetMetadata metadata, ETag etag, DatasetParts parts, Runnable whenChanged) {
        this.location = location;
        this.metadata = metadata;
        references = metadata.dictionary();
        this.etag = etag;
        this.parts = parts;
        this.whenChanged = whenChanged;
        generation = new DatasetParts.Generation(location, metadata.uuid(), metadata.generation());
    }

    public DatasetMetadata metadata() {
        return metadata;
    }

    /** Names and lengths of the references. */
    public ReferenceDictionary references() {
        return references;
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

    /** The same key as text, to be told. */
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
        // The text, and once more while it is parsed.
        long bytes = length + 2L * metadata.header().rawLength();
        try (ByteBudget.Lease _ = parts.memory().charge(key.value(), "the header", bytes)) {
            byte[] text = decoded(
                    () -> existing(key, () -> store().get(key, length).body()),
                    () -> existing(key, () -> store().fresh().get(key, length).body()),
                    stored -> HeaderCodec.decode(key.value(), stored, metadata.header()));
            return new SamHeader(text, references);
        }
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

    /**
     * The blocks of one reference; none, without asking the store, where it has no reads. At most one GET.
     *
     * @param reference 0-based index in the metadata, or {@link Bams3Format#UNPLACED}
     * @throws ReadsException CORRUPT naming object, offset and field
     */
    public BlockList index(int reference) {
        Optional<StoredRange> section = metadata.reads(reference).section();
        return section.isEmpty()
                ? new BlockList(List.of())
                : parts.blocks(
                        generation,
                        reference,
                        () -> readBlocks(section.get(), reference, () -> read(store(), section.get())));
    }

    private BlockList readBlocks(StoredRange section, int reference, Supplier<byte[]> firstRead) {
        String object = indexKey().value();
        return readSection(section, firstRead, stored -> BlockIndex.blocks(object, stored, section, reference));
    }

    /** @param firstRead gives the section, perhaps with others around it */
    private <T> T readSection(StoredRange section, Supplier<byte[]> firstRead, Function<byte[], T> decode) {
        String object = indexKey().value();
        String what = "a section of the index";
        long usual = USUAL_GROWTH_OF_SECTION * (long) section.length();
        try (ByteBudget.Lease charged = parts.memory().charge(object, what, usual)) {
            return decoded(firstRead, () -> read(store().fresh(), section), stored -> {
                charged.growTo(object, what, BlockIndex.memory(object, stored, section));
                return decode.apply(stored);
            });
        }
    }

    /**
     * The blocks of several references, as {@link #index} has them; sections that lie near each other are one GET, and all GETs
     * run at one time.
     *
     * @param wanted 0-based indexes in the metadata, or {@link Bams3Format#UNPLACED}, each once
     */
    public Map<Integer, BlockList> indexes(Collection<Integer> wanted) {
        List<SectionGroup.Wanted> stored = new ArrayList<>();
        Map<Integer, BlockList> lists = new HashMap<>();
        for (int reference : wanted) {
            metadata.reads(reference)
                    .section()
                    .ifPresentOrElse(
                            section -> stored.add(new SectionGroup.Wanted(reference, section)),
                            () -> lists.put(reference, new BlockList(List.of())));
        }
        List<Supplier<BlockList>> begun = new ArrayList<>();
        List<SectionGroup.Section> sections = SectionGroup.of(stored, range -> readIndex(store(), range));
        for (SectionGroup.Section section : sections) {
            StoredRange range = section.wanted().section();
            int reference = section.wanted().reference();
            begun.add(parts.prepareBlocks(generation, reference, () -> readBlocks(range, reference, section.bytes())));
        }
        for (int i = 0; i < begun.size(); i++) {
            lists.put(sections.get(i).wanted().reference(), begun.get(i).get());
        }
        return lists;
    }

    /** The blocks of the reads that have no reference, last in file order. */
    public BlockList unplaced() {
        return index(Bams3Format.UNPLACED);
    }

    /** The chunk objects by number, with their sizes. At most one GET; no query needs it. */
    public List<ChunkEntry> chunks() {
        Optional<StoredRange> table = metadata.index().chunkTable();
        return table.isEmpty() ? List.of() : parts.chunks(generation, () -> readChunks(table.get()));
    }

    private List<ChunkEntry> readChunks(StoredRange table) {
        String object = indexKey().value();
        return readSection(table, () -> read(store(), table), stored -> BlockIndex.chunks(object, stored, table));
    }

    /** Key of the index object, for messages. */
    public String indexName() {
        return indexKey().value();
    }

    /**
     * Bytes that follow from the metadata, the header and the index, from a cache or made now, once for all who ask.
     *
     * @param name of what is made, among all that is made of a dataset
     */
    public byte[] derived(String name, Supplier<byte[]> maker) {
        return parts.derived(generation, name, maker);
    }

    private ObjectKey indexKey() {
        return location.key(DatasetLayout.index(metadata.generation()));
    }

    private byte[] read(ObjectStore from, StoredRange section) {
        return readIndex(from, new ByteRange(section.offset(), section.length()));
    }

    private byte[] readIndex(ObjectStore from, ByteRange range) {
        return existing(indexKey(), () -> from.getRange(indexKey(), range, ETag.ANY));
    }

    private byte[] existing(ObjectKey key, Supplier<byte[]> read) {
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
