package dev.bams3.format;

import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.genome.ReferenceDictionary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Builds the index object in memory: about 10 bytes for each block, 4 MB for a human genome at 30x. Used once. */
public final class IndexWriter {
    /** What a query reads of it: about 25 kB. */
    private static final int BLOCKS_OF_A_PAGE = 2048;

    // Largest sections that stand in the metadata, where they cost readers no round trip. A few thousand names are 20
    // kB.
    private static final int INLINE_REFERENCES = 40 << 10;
    private static final int INLINE_PAGES = 8 << 10;
    private static final int INLINE_TOTALS = 2 << 10;

    private final ByteSink out = new ByteSink(1 << 12);
    private final int pageBlocks;
    private final boolean inline;

    public IndexWriter(UUID dataset, String generation) {
        this(dataset, generation, BLOCKS_OF_A_PAGE, true);
    }

    /** @param inline whether small sections stand in the metadata */
    IndexWriter(UUID dataset, String generation, int pageBlocks, boolean inline) {
        this.pageBlocks = pageBlocks;
        this.inline = inline;
        out.bytes(new ObjectHead(ObjectHead.INDEX, dataset, generation, 0).encode());
    }

    /**
     * Writes all sections, and returns what the metadata says of them.
     *
     * @param totals of each reference
     * @param blocks in file order
     * @param chunks by number
     */
    public IndexObject write(
            ReferenceDictionary references,
            List<ReadsTotals> totals,
            List<BlockEntry> blocks,
            List<ChunkEntry> chunks) {
        Optional<StoredSection> names = Optional.empty();
        Optional<StoredSection> counts = Optional.empty();
        if (references.size() > 0) {
            names = Optional.of(add(ReferenceSection.encodeNames(references), INLINE_REFERENCES));
            counts = Optional.of(add(ReferenceSection.encodeTotals(totals), INLINE_TOTALS));
        }
        Optional<StoredSection> pages = Optional.empty();
        Optional<StoredSection> table = Optional.empty();
        if (!blocks.isEmpty()) {
            List<PageEntry> entries = new ArrayList<>();
            int first = 0;
            while (first < blocks.size()) {
                List<BlockEntry> page = blocks.subList(first, endOfPage(blocks, first));
                entries.add(PageEntry.of(add(BlockSection.encode(page), 0).range(), new StretchList<>(page)));
                first += page.size();
            }
            pages = Optional.of(add(PageSection.encode(entries), INLINE_PAGES));
            table = Optional.of(add(ChunkSection.encode(chunks), 0));
        }
        return new IndexObject(out.size(), names, counts, pages, table);
    }

    /** A page is as long as it may be, and its blocks are all placed or all unplaced. */
    private int endOfPage(List<BlockEntry> blocks, int first) {
        int most = Math.min(blocks.size(), first + pageBlocks);
        int end = first + 1;
        while (end < most && isPlaced(blocks.get(end)) == isPlaced(blocks.get(first))) {
            end++;
        }
        return end;
    }

    private static boolean isPlaced(BlockEntry block) {
        return block.firstReference() != Bams3Format.UNPLACED;
    }

    private StoredSection add(byte[] section, int mostInline) {
        if (inline && section.length <= mostInline) {
            return StoredSection.inline(section);
        }
        StoredRange range = new StoredRange(out.size(), section.length, ByteCursor.crc32c(section, 0, section.length));
        out.bytes(section);
        return StoredSection.at(range);
    }

    /** The whole object. */
    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
