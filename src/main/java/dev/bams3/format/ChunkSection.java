package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;

/** The list of chunks. */
final class ChunkSection {
    private static final String MAGIC = "B3CT";
    private static final int MIN_BYTES = 5;

    private ChunkSection() {}

    /** @param chunks one or more, by number */
    static byte[] encode(List<ChunkEntry> chunks) {
        ByteSink body = new ByteSink(chunks.size() * 16);
        int expected = 0;
        for (ChunkEntry chunk : chunks) {
            body.varint(chunk.number() - expected);
            expected = chunk.number() + 1;
        }
        chunks.forEach(chunk -> body.varint(chunk.length()));
        chunks.forEach(chunk -> body.varint(chunk.blocks()));
        chunks.forEach(chunk -> body.varint(chunk.records()));
        chunks.forEach(chunk -> body.varint(chunk.rawBytes()));
        return IndexSection.encode(MAGIC, chunks.size(), body);
    }

    static List<ChunkEntry> decode(String object, byte[] bytes, long position) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, MAGIC, MIN_BYTES);
        ByteCursor columns = body.columns();
        int count = body.count();
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            int expected = i == 0 ? 0 : numbers[i - 1] + 1;
            numbers[i] = expected + columns.varint32("chunk number", DatasetLayout.MAX_CHUNKS - 1 - expected);
        }
        long[] lengths = body.longs("chunk length", Long.MAX_VALUE >>> 2);
        int[] blocks = body.ints("chunk blocks", 1, Integer.MAX_VALUE);
        long[] records = body.longs("chunk records", Long.MAX_VALUE >>> 2);
        long[] rawBytes = body.longs("chunk raw bytes", Long.MAX_VALUE >>> 2);
        List<ChunkEntry> chunks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            chunks.add(new ChunkEntry(numbers[i], lengths[i], blocks[i], records[i], rawBytes[i]));
        }
        columns.expectEnd("section");
        return chunks;
    }
}
