package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of blocks: pages of the index, and directories of chunks. */
final class BlockSection {
    private static final String MAGIC = "B3BL";

    /** Eleven varints and four bytes. */
    private static final int MIN_BYTES = 10 + StretchColumns.MIN_BYTES;

    private BlockSection() {}

    /** @param blocks one or more, in file order */
    static byte[] encode(List<BlockEntry> blocks) {
        ByteSink body = new ByteSink(blocks.size() * 26);
        int chunk = 0;
        for (BlockEntry block : blocks) {
            body.varint(block.chunk() - chunk);
            chunk = block.chunk();
        }
        BlockEntry previous = null;
        for (BlockEntry block : blocks) {
            body.varint(block.offset() - expectedOffset(previous, block.chunk()));
            previous = block;
        }
        blocks.forEach(block -> body.varint(block.storedLength()));
        blocks.forEach(block -> body.varint(block.rawLength()));
        blocks.forEach(block -> body.varint(block.records()));
        StretchColumns.encode(blocks, body);
        blocks.forEach(block -> body.varint(block.bases()));
        blocks.forEach(block -> body.int32(block.crc32c()));
        return IndexSection.encode(MAGIC, blocks.size(), body);
    }

    /** Offset of a block that lies right behind the one before it in its chunk, or behind the chunk's head. */
    private static long expectedOffset(@Nullable BlockEntry previous, int chunk) {
        return previous == null || previous.chunk() != chunk
                ? ObjectHead.LENGTH
                : previous.offset() + previous.storedLength();
    }

    static StretchList<BlockEntry> decode(String object, byte[] bytes, long position) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, MAGIC, MIN_BYTES);
        ByteCursor columns = body.columns();
        int count = body.count();
        int[] chunks = new int[count];
        for (int i = 0; i < count; i++) {
            int previous = i == 0 ? 0 : chunks[i - 1];
            chunks[i] = previous + columns.varint32("block chunk", DatasetLayout.MAX_CHUNKS - 1 - previous);
        }
        long[] gaps = body.longs("block offset", Long.MAX_VALUE >>> 2);
        int[] stored = body.ints("block stored length", 1, Integer.MAX_VALUE - 16);
        int[] raw = body.ints("block raw length", 1, Bams3Format.MAX_RAW_BLOCK);
        int[] records = body.ints("block records", 1, Integer.MAX_VALUE);
        StretchColumns stretches = new StretchColumns(body, "block");
        long[] bases = body.longs("block bases", 2L * Bams3Format.MAX_RAW_BLOCK);
        List<BlockEntry> blocks = new ArrayList<>(count);
        BlockEntry previous = null;
        for (int i = 0; i < count; i++) {
            long offset = expectedOffset(previous, chunks[i]) + gaps[i];
            if (offset < 0 || offset > Long.MAX_VALUE >>> 1) {
                throw columns.corrupt("block " + i, "offset " + offset);
            }
            if (records[i] > 1 && raw[i] > Bams3Format.MAX_RAW_BLOCK_OF_SEVERAL) {
                throw columns.corrupt(
                        "block raw length",
                        raw[i] + " bytes for " + records[i] + " records in entry " + i + "; at most "
                                + Bams3Format.MAX_RAW_BLOCK_OF_SEVERAL);
            }
            previous = new BlockEntry(
                    chunks[i],
                    offset,
                    stored[i],
                    raw[i],
                    records[i],
                    stretches.firstReference[i],
                    stretches.firstStart[i],
                    stretches.lastReference[i],
                    stretches.lastStart[i],
                    stretches.endMax[i],
                    bases[i],
                    columns.int32("block checksum"));
            blocks.add(previous);
        }
        columns.expectEnd("section");
        return new StretchList<>(blocks);
    }
}
