package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One chunk object, written front to back by its caller: {@link #head}, the stored bytes of each block as it is
 * {@link #add added}, {@link #finish}. Used by one thread.
 */
public final class ChunkWriter {
    private final ObjectHead head;
    private final List<BlockEntry> blocks = new ArrayList<>();
    private long length = ObjectHead.LENGTH;
    private long records;
    private long rawBytes;

    /** @param ordinal of the chunk in its dataset */
    public ChunkWriter(UUID dataset, String generation, int ordinal) {
        head = new ObjectHead(ObjectHead.CHUNK, dataset, generation, ordinal);
    }

    /** The first bytes of the object. */
    public byte[] head() {
        return head.encode();
    }

    /** Places the next block; its stored bytes come next in the object. */
    public BlockEntry add(EncodedBlock block) {
        BlockEntry entry = block.at(head.ordinal(), length);
        blocks.add(entry);
        length += entry.storedLength();
        records += entry.records();
        rawBytes += entry.rawLength();
        return entry;
    }

    /** Bytes of BAM records in the blocks so far, for {@link BlockSizing#endsChunk}. */
    public long rawBytes() {
        return rawBytes;
    }

    /** Stored bytes of the blocks so far, for {@link BlockSizing#endsChunk}. */
    public long blockBytes() {
        return length - ObjectHead.LENGTH;
    }

    /** The last bytes of the object: directory and tail. Nothing can be added any more. */
    public byte[] finish() {
        byte[] directory = BlockSection.encode(blocks);
        ByteSink out = new ByteSink(directory.length + ChunkReader.TAIL_LENGTH);
        out.bytes(directory);
        ChunkReader.encodeTail(
                out, new StoredRange(length, directory.length, ByteCursor.crc32c(directory, 0, directory.length)));
        length += out.size();
        return out.toByteArray();
    }

    /** Returns the row of the finished object in the chunk table. */
    public ChunkEntry entry() {
        return new ChunkEntry(head.ordinal(), length, blocks.size(), records, rawBytes);
    }
}
