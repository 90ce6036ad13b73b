package dev.bams3.format;

import java.util.List;
import java.util.UUID;

/** Builds the index object in memory: about 9 bytes for each block, 4 MB for a human genome at 30x. Used by one thread. */
public final class IndexWriter {
    private final ByteSink out = new ByteSink(1 << 12);

    public IndexWriter(UUID dataset, String generation) {
        out.bytes(new ObjectHead(ObjectHead.INDEX, dataset, generation, 0).encode());
    }

    /**
     * Adds the section of one reference, or of the unplaced reads.
     *
     * @param blocks one or more, in file order
     */
    public StoredRange addBlocks(int reference, List<BlockEntry> blocks) {
        return add(IndexSection.encodeBlocks(reference, blocks));
    }

    /** Adds the chunk table, one or more chunks by number. */
    public StoredRange addChunks(List<ChunkEntry> chunks) {
        return add(IndexSection.encodeChunks(chunks));
    }

    private StoredRange add(byte[] section) {
        StoredRange range = new StoredRange(out.size(), section.length, ByteCursor.crc32c(section, 0, section.length));
        out.bytes(section);
        return range;
    }

    /** The whole object. */
    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
