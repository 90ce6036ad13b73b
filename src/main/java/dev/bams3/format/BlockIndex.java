package dev.bams3.format;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import java.util.List;
import java.util.UUID;

/** Reads sections of the index object, each of which was fetched by its range or stands in the metadata. */
public final class BlockIndex {
    private BlockIndex() {}

    /** Checks that an object's first {@link ChunkReader#HEAD_LENGTH} bytes are those of the index of this generation. */
    public static void checkHead(String object, byte[] head, String version, UUID dataset, String generation) {
        ObjectHead.decode(object, head, ObjectHead.INDEX)
                .check(object, new ObjectHead(ObjectHead.INDEX, Bams3Format.minor(version), dataset, generation, 0));
    }

    /**
     * Returns the bytes of memory that decoding a section takes, by the sizes that it claims. A section of a few bytes may claim a
     * GiB.
     *
     * @throws ReadsException CORRUPT when its checksum does not agree
     */
    public static long memory(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return IndexSection.memory(object, section, range.offset());
    }

    /**
     * Returns names and lengths of the references.
     *
     * @param object name of the object that holds the section, for messages
     * @param section the bytes of {@code range}
     * @param range where the metadata says the section lies
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static ReferenceDictionary references(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return ReferenceSection.decodeNames(object, section, range.offset());
    }

    /** Returns the counts of the reads of each reference, as {@link #references} returns their names. */
    public static List<ReadsTotals> totals(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return ReferenceSection.decodeTotals(object, section, range.offset());
    }

    /** Returns the pages of the list of blocks, checked: their checksum, their order, and that none overlaps another. */
    public static StretchList<PageEntry> pages(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return PageSection.decode(object, section, range.offset());
    }

    /**
     * Returns the blocks of one page, checked: their checksum, their order, that none overlaps another, and that they are what
     * the list of pages says. What a page cannot tell is checked when the chunk is read.
     *
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static StretchList<BlockEntry> blocks(String object, byte[] section, PageEntry page) {
        StoredRange range = page.section();
        IndexSection.verify(object, section, range);
        StretchList<BlockEntry> blocks = BlockSection.decode(object, section, range.offset());
        PageEntry found = PageEntry.of(range, blocks);
        if (!found.equals(page)) {
            throw ReadsException.corrupt(
                    object, range.offset(), "page", found + ", in the list of pages it is " + page);
        }
        return blocks;
    }

    /**
     * Returns the chunk objects, in order.
     *
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static List<ChunkEntry> chunks(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return ChunkSection.decode(object, section, range.offset());
    }

    /**
     * Checks that a block lies inside a chunk of the list.
     *
     * @throws ReadsException CORRUPT
     */
    public static void check(String object, BlockEntry block, List<ChunkEntry> chunks) {
        ChunkEntry chunk = ChunkEntry.find(chunks, block.chunk())
                .orElseThrow(() -> ReadsException.corrupt(
                        object, 0, "block chunk", block.chunk() + " is not in the list of chunks"));
        if (block.offset() + block.storedLength() > chunk.length()) {
            throw ReadsException.corrupt(
                    object,
                    0,
                    "block offset",
                    "chunk " + block.chunk() + " ends at " + chunk.length() + ", its block at "
                            + (block.offset() + block.storedLength()));
        }
    }
}
