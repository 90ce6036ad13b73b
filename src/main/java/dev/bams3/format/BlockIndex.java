package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.UUID;

/** Reads sections of the index object, each of which was fetched by its range. */
public final class BlockIndex {
    private BlockIndex() {}

    /** Checks that an object's first {@link ChunkReader#HEAD_LENGTH} bytes are those of the index of this generation. */
    public static void checkHead(String object, byte[] head, UUID dataset, String generation) {
        ObjectHead.decode(object, head, ObjectHead.INDEX)
                .check(object, new ObjectHead(ObjectHead.INDEX, dataset, generation, 0));
    }

    /**
     * Returns the bytes of memory that {@link #blocks} or {@link #chunks} takes for a section, by the sizes that it claims. A
     * section of a few bytes may claim a GiB.
     *
     * @throws ReadsException CORRUPT when its checksum does not agree
     */
    public static long memory(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return IndexSection.memory(object, section, range.offset());
    }

    /**
     * Blocks of one reference, checked: their checksum, their order, that none overlaps another and that all lie inside
     * their chunks as far as the section tells; what it cannot tell is checked when the chunk is read.
     *
     * @param object name of the index object, for messages
     * @param section the bytes of {@code range}
     * @param range where the metadata says the section lies
     * @param reference index of the reference, or {@link Bams3Format#UNPLACED}
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static BlockList blocks(String object, byte[] section, StoredRange range, int reference) {
        IndexSection.verify(object, section, range);
        return new BlockList(IndexSection.decodeBlocks(object, section, range.offset(), reference));
    }

    /**
     * The chunk objects, in order.
     *
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static List<ChunkEntry> chunks(String object, byte[] section, StoredRange range) {
        IndexSection.verify(object, section, range);
        return IndexSection.decodeChunks(object, section, range.offset());
    }

    /**
     * Checks that every block lies inside its chunk and belongs to the reference that the chunk table says.
     *
     * @throws ReadsException CORRUPT
     */
    public static void check(String object, BlockList blocks, int reference, List<ChunkEntry> chunks) {
        for (BlockEntry block : blocks.blocks()) {
            ChunkEntry chunk = ChunkEntry.find(chunks, block.chunk())
                    .orElseThrow(() -> ReadsException.corrupt(
                            object, 0, "block chunk", block.chunk() + " is not in the list of chunks"));
            if (chunk.reference() != reference) {
                throw ReadsException.corrupt(
                        object, 0, "chunk reference", chunk.reference() + " for a block of reference " + reference);
            }
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
}
