package dev.bams3.format.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import dev.bams3.format.DatasetMetadata.Compression;

/** Compresses and collects the streams of one block after the other. Streams are added in the order of their ids. */
final class BlockFrameWriter implements AutoCloseable {
    /** Below this a zstd frame is never smaller. */
    private static final int MIN_COMPRESSED = 24;

    private final int level;
    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final ByteSink table = new ByteSink(1 << 10);
    private final ByteSink data = new ByteSink(1 << 16);
    private int count;
    private long rawBytes;
    private byte[] second = new byte[0];

    /** @param level of zstd */
    BlockFrameWriter(int level) {
        this.level = level;
    }

    void begin() {
        table.clear();
        data.clear();
        count = 0;
        rawBytes = 0;
    }

    /** Bytes that the streams unpack to. */
    long rawBytes() {
        return rawBytes;
    }

    /** Adds a stream, unless it is empty: a reader takes an absent stream for an empty one. */
    void add(int id, int transform, byte[] raw, int offset, int length) {
        if (length > 0) {
            int start = data.size();
            int packed = length < MIN_COMPRESSED ? length : compress(raw, offset, length);
            finish(id, transform, raw, offset, length, start, packed);
        }
    }

    /** Adds a stream at this level or the one two above it, whichever makes it smaller; higher ones are not always better. */
    void addSmaller(int id, int transform, byte[] raw, int offset, int length) {
        if (length == 0) {
            return;
        }
        int start = data.size();
        int packed = compress(raw, offset, length);
        int bound = Math.toIntExact(Zstd.compressBound(length));
        if (second.length < bound) {
            second = new byte[bound];
        }
        zstd.setLevel(Math.min(level + 2, Compression.MAX_LEVEL));
        int other = zstd.compressByteArray(second, 0, bound, raw, offset, length);
        if (other < packed) {
            System.arraycopy(second, 0, data.array(), start, other);
        }
        finish(id, transform, raw, offset, length, start, Math.min(packed, other));
    }

    private void finish(int id, int transform, byte[] raw, int offset, int length, int start, int packed) {
        if (packed < length) {
            data.skip(packed);
        } else {
            data.bytes(raw, offset, length);
        }
        int stored = data.size() - start;
        table.varint(id);
        table.u8(transform);
        table.u8(packed < length ? Bams3Format.CODEC_ZSTD : Bams3Format.CODEC_STORED);
        table.varint(length);
        table.varint(stored);
        table.int32(ByteCursor.crc32c(data.array(), start, stored));
        rawBytes += length;
        count++;
    }

    /** Compresses behind the data, without keeping it. */
    private int compress(byte[] raw, int offset, int length) {
        int bound = Math.toIntExact(Zstd.compressBound(length));
        data.room(bound);
        zstd.setLevel(level);
        return zstd.compressByteArray(data.array(), data.size(), bound, raw, offset, length);
    }

    byte[] finish(int rawLength, int records, int reference) {
        ByteSink out = new ByteSink(BlockFrame.HEAD_LENGTH + table.size() + 4 + data.size());
        out.bytes(Bams3Format.magic(BlockFrame.MAGIC));
        out.int32(rawLength);
        out.int32(records);
        out.int32(reference);
        out.u16(count);
        out.u16(table.size());
        out.bytes(table.array(), 0, table.size());
        out.int32(ByteCursor.crc32c(out.array(), 0, out.size()));
        out.bytes(data.array(), 0, data.size());
        return out.toByteArray();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
