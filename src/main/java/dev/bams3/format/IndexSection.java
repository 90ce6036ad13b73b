package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.util.ArrayList;
import java.util.List;

/** Sections of the index, and directories of chunks: a 16 byte head and columns of varints, zstd where that is shorter. */
final class IndexSection {
    private static final String BLOCKS = "B3BL";
    private static final String CHUNKS = "B3CT";
    private static final int HEAD_LENGTH = 20;
    private static final int LEVEL = 6;

    /** Columns of a block are nine varints and four bytes: at least 13 bytes and at most 9 x 10 + 4. */
    private static final int MIN_BLOCK_BYTES = 13;

    private static final int MIN_CHUNK_BYTES = 6;

    /** 1 GiB of index for one reference: 80 million blocks. */
    private static final int MAX_RAW = 1 << 30;

    /** Nine columns of up to 8 bytes, the entry, its places in two lists and its running maximum. */
    private static final int HEAP_PER_ENTRY = 160;

    private IndexSection() {}

    static byte[] encodeBlocks(int reference, List<BlockEntry> blocks) {
        ByteSink body = new ByteSink(blocks.size() * 24);
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
        int start = -1;
        for (BlockEntry block : blocks) {
            body.varint(block.firstStart() - (long) start);
            start = block.lastStart();
        }
        blocks.forEach(block -> body.varint(block.lastStart() - (long) block.firstStart()));
        blocks.forEach(block -> body.varint(block.endMax() - (long) block.lastStart()));
        blocks.forEach(block -> body.varint(block.bases()));
        blocks.forEach(block -> body.int32(block.crc32c()));
        return section(BLOCKS, reference, blocks.size(), body.toByteArray());
    }

    /** Blocks of a chunk lie back to back behind its head. */
    private static long expectedOffset(@org.jspecify.annotations.Nullable BlockEntry previous, int chunk) {
        return previous == null || previous.chunk() != chunk
                ? ObjectHead.LENGTH
                : previous.offset() + previous.storedLength();
    }

    static byte[] encodeChunks(List<ChunkEntry> chunks) {
        ByteSink body = new ByteSink(chunks.size() * 16);
        int expected = 0;
        for (ChunkEntry chunk : chunks) {
            body.varint(chunk.number() - expected);
            expected = chunk.number() + 1;
        }
        chunks.forEach(chunk -> body.varint(chunk.length()));
        chunks.forEach(chunk -> body.varint(chunk.reference() + 1L));
        chunks.forEach(chunk -> body.varint(chunk.blocks()));
        chunks.forEach(chunk -> body.varint(chunk.records()));
        chunks.forEach(chunk -> body.varint(chunk.rawBytes()));
        return section(CHUNKS, 0, chunks.size(), body.toByteArray());
    }

    private static byte[] section(String magic, int reference, int count, byte[] body) {
        byte[] packed = ZstdBytes.compress(body, LEVEL);
        boolean smaller = packed.length < body.length;
        byte[] stored = smaller ? packed : body;
        ByteSink out = new ByteSink(HEAD_LENGTH + stored.length);
        out.bytes(Bams3Format.magic(magic));
        out.int32(reference);
        out.int32(count);
        out.int32(body.length);
        out.int32(smaller ? Bams3Format.CODEC_ZSTD : Bams3Format.CODEC_STORED);
        out.bytes(stored);
        return out.toByteArray();
    }

    /**
     * Returns the bytes of memory that decoding a section takes, by the sizes that its head claims: the body, the columns and
     * the entries. To be charged before decoding.
     */
    static long memory(String object, byte[] bytes, long position) {
        ByteCursor head = new ByteCursor(object, bytes, 0, bytes.length, position);
        head.bytes("section head", 8);
        long count = Integer.toUnsignedLong(head.int32("section count"));
        long rawLength = Integer.toUnsignedLong(head.int32("section raw length"));
        return bytes.length + rawLength + HEAP_PER_ENTRY * count;
    }

    /**
     * @param bytes the section and nothing else
     * @param position of the section in the object
     */
    static List<BlockEntry> decodeBlocks(String object, byte[] bytes, long position, int reference) {
        ByteCursor head = new ByteCursor(object, bytes, 0, bytes.length, position);
        head.expect(Bams3Format.magic(BLOCKS), "section magic");
        head.expect("section reference", reference);
        int count = count(head);
        ByteCursor body = body(object, head, position, count, MIN_BLOCK_BYTES);
        int[] chunks = new int[count];
        for (int i = 0; i < count; i++) {
            int previous = i == 0 ? 0 : chunks[i - 1];
            chunks[i] = previous + body.varint32("block chunk", DatasetLayout.MAX_CHUNKS - 1 - previous);
        }
        long[] gaps = longs(body, "block offset", count, Long.MAX_VALUE >>> 2);
        int[] stored = ints(body, "block stored length", count, 1, Integer.MAX_VALUE - 16);
        int[] raw = ints(body, "block raw length", count, 1, Bams3Format.MAX_RAW_BLOCK);
        int[] records = ints(body, "block records", count, 1, Integer.MAX_VALUE);
        long[] firstDeltas = longs(body, "block first start", count, 1L << 32);
        long[] spans = longs(body, "block last start", count, 1L << 32);
        long[] reaches = longs(body, "block end", count, 1L << 32);
        long[] bases = longs(body, "block bases", count, 2L * Bams3Format.MAX_RAW_BLOCK);
        List<BlockEntry> blocks = new ArrayList<>(count);
        BlockEntry previous = null;
        for (int i = 0; i < count; i++) {
            long offset = expectedOffset(previous, chunks[i]) + gaps[i];
            long first = (previous == null ? -1 : previous.lastStart()) + firstDeltas[i];
            long last = first + spans[i];
            long end = last + reaches[i];
            if (offset < 0 || end > Integer.MAX_VALUE) {
                throw body.corrupt("block " + i, "offset " + offset + ", end " + end);
            }
            previous = new BlockEntry(
                    chunks[i],
                    offset,
                    stored[i],
                    raw[i],
                    records[i],
                    (int) first,
                    (int) last,
                    (int) end,
                    bases[i],
                    body.int32("block checksum"));
            blocks.add(previous);
        }
        body.expectEnd("section");
        return blocks;
    }

    static List<ChunkEntry> decodeChunks(String object, byte[] bytes, long position) {
        ByteCursor head = new ByteCursor(object, bytes, 0, bytes.length, position);
        head.expect(Bams3Format.magic(CHUNKS), "section magic");
        head.expect("section reference", 0);
        int count = count(head);
        ByteCursor body = body(object, head, position, count, MIN_CHUNK_BYTES);
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            int expected = i == 0 ? 0 : numbers[i - 1] + 1;
            numbers[i] = expected + body.varint32("chunk number", DatasetLayout.MAX_CHUNKS - 1 - expected);
        }
        long[] lengths = longs(body, "chunk length", count, Long.MAX_VALUE >>> 2);
        long[] references = longs(body, "chunk reference", count, Integer.MAX_VALUE);
        int[] blocks = ints(body, "chunk blocks", count, 1, Integer.MAX_VALUE);
        long[] records = longs(body, "chunk records", count, Long.MAX_VALUE >>> 2);
        long[] rawBytes = longs(body, "chunk raw bytes", count, Long.MAX_VALUE >>> 2);
        List<ChunkEntry> chunks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            chunks.add(new ChunkEntry(
                    numbers[i], lengths[i], (int) references[i] - 1, blocks[i], records[i], rawBytes[i]));
        }
        body.expectEnd("section");
        return chunks;
    }

    private static int count(ByteCursor head) {
        int count = head.int32("section count");
        if (count < 1) {
            throw head.corrupt("section count", count + " entries");
        }
        return count;
    }

    private static ByteCursor body(String object, ByteCursor head, long position, int count, int minBytes) {
        int rawLength = head.int32("section raw length");
        if (rawLength < 0 || rawLength > MAX_RAW || (long) count * minBytes > rawLength) {
            throw head.corrupt("section raw length", rawLength + " bytes for " + count + " entries");
        }
        int codec = head.int32("section codec");
        byte[] stored = head.bytes("section", head.remaining());
        if (codec == Bams3Format.CODEC_STORED) {
            if (stored.length != rawLength) {
                throw head.corrupt("section raw length", rawLength + ", but " + stored.length + " bytes are stored");
            }
            return new ByteCursor(object, stored, 0, stored.length, position);
        }
        if (codec != Bams3Format.CODEC_ZSTD) {
            throw Bams3Format.unsupported(object, "section codec " + codec);
        }
        byte[] raw = ZstdBytes.decompress(object, position, "section", stored, rawLength);
        return new ByteCursor(object, raw, 0, raw.length, position);
    }

    private static int[] ints(ByteCursor in, String field, int count, int min, int max) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.varint32(field, max);
            if (values[i] < min) {
                throw in.corrupt(field, values[i] + " in entry " + i);
            }
        }
        return values;
    }

    private static long[] longs(ByteCursor in, String field, int count, long max) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.varint(field, max);
        }
        return values;
    }

    /** Says CORRUPT unless the bytes are those that the checksum was made of. */
    static void verify(String object, byte[] bytes, StoredRange range) {
        if (bytes.length != range.length()) {
            throw ReadsException.corrupt(
                    object, range.offset(), "section", bytes.length + " bytes, not " + range.length());
        }
        if (ByteCursor.crc32c(bytes, 0, bytes.length) != range.crc32c()) {
            throw ReadsException.corrupt(object, range.offset(), "section", "the checksum does not agree");
        }
    }
}
