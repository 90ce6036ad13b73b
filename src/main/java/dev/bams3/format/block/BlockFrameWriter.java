package dev.bams3.format.block;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import dev.bams3.format.DatasetMetadata.Compression;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the streams of one block after the other, and compresses them when the block is finished. Streams are added in the
 * order of their ids.
 *
 * <p>Compressing where a stream is added would have the compiler of the JVM inline all of it into every column's encoder,
 * which takes seconds of each process.
 */
final class BlockFrameWriter implements AutoCloseable {
    /** Below this a zstd frame is never smaller. */
    private static final int MIN_COMPRESSED = 24;

    /** What rANS has to save to be worth that it decodes at less than half the speed of zstd: bytes, and a share of the raw ones. */
    private static final int MIN_GAIN = 24;

    private static final int MIN_GAIN_SHARE = 64;

    /** Planes of numbers share a code where they take fewer bytes than this. */
    private static final int MIN_PLANES = 256;

    /** From so many qualities on, zstd tries pieces of them first, one byte of so many: that is mostly enough to leave it out. */
    private static final int SAMPLED = 1 << 13;

    private static final int PIECES = 4;
    private static final int SAMPLE_SHARE = 8;

    private final int level;
    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final RansEncoder rans = new RansEncoder();
    private final ByteSink table = new ByteSink(1 << 10);
    private final ByteSink data = new ByteSink(1 << 16);
    private final ByteSink raw = new ByteSink(1 << 16);
    private byte[] second = new byte[0];

    // Of the streams that were added.
    private int count;
    private int[] ids = new int[64];
    private int[] transforms = new int[64];
    private int[] lengths = new int[64];
    private boolean[] smaller = new boolean[64];

    /** @param level of zstd */
    BlockFrameWriter(int level) {
        this.level = level;
    }

    void begin() {
        raw.clear();
        count = 0;
    }

    /** Bytes that the streams unpack to. */
    long rawBytes() {
        return raw.size();
    }

    /** Adds a stream, unless it is empty: a reader takes an absent stream for an empty one. */
    void add(int id, int transform, byte[] bytes, int offset, int length) {
        put(id, transform, bytes, offset, length, false);
    }

    /** Adds a stream at this level or the one two above it, whichever makes it smaller; higher ones are not always better. */
    void addSmaller(int id, int transform, byte[] bytes, int offset, int length) {
        put(id, transform, bytes, offset, length, true);
    }

    private void put(int id, int transform, byte[] bytes, int offset, int length, boolean atTwoLevels) {
        if (length == 0) {
            return;
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            transforms = Arrays.copyOf(transforms, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
            smaller = Arrays.copyOf(smaller, 2 * count);
        }
        ids[count] = id;
        transforms[count] = transform;
        lengths[count] = length;
        smaller[count++] = atTwoLevels;
        raw.bytes(bytes, offset, length);
    }

    /** Compresses behind the data, without keeping it. */
    private int compress(int offset, int length) {
        int bound = Math.toIntExact(Zstd.compressBound(length));
        data.room(bound);
        zstd.setLevel(level);
        return zstd.compressByteArray(data.array(), data.size(), bound, raw.array(), offset, length);
    }

    /** Packed bases have no frequencies that rANS could use. */
    private static boolean isBases(int id) {
        return id == StreamIds.SEQUENCE_BYTES || id == StreamIds.SEQUENCE_NIBBLES || id == StreamIds.CONSENSUS_BASES;
    }

    private static boolean isPlanes(int transform) {
        return transform == StreamIds.NUMBERS || transform == StreamIds.DELTAS;
    }

    /** Compresses byte planes into one frame that has a block, and so a code, for each of them. */
    private int compressPlanes(int offset, int length) {
        byte[] bytes = raw.array();
        int width = bytes[offset];
        int plane = (length - 2) / width;
        int bound = Math.toIntExact(Zstd.compressBound(length)) + 64 * width;
        data.room(bound);
        ByteBuffer target = ByteBuffer.wrap(data.array(), data.size(), bound).slice();
        zstd.reset();
        zstd.setLevel(level);
        zstd.setPledgedSrcSize(length);
        int from = offset;
        for (int i = width - 1; i >= 0; i--) {
            int to = offset + length - i * plane;
            ByteBuffer source = ByteBuffer.wrap(bytes, from, to - from).slice();
            boolean done =
                    zstd.compressByteBufferStream(target, source, i == 0 ? EndDirective.END : EndDirective.FLUSH);
            if (!done || source.hasRemaining()) {
                throw new IllegalStateException("zstd wants more room than " + bound + " bytes");
            }
            from = to;
        }
        return target.position();
    }

    /** Compresses at a higher level, and puts it in the place of what is behind the data if that is longer. */
    private int compressAgain(int offset, int length, int packed) {
        int bound = Math.toIntExact(Zstd.compressBound(length));
        if (second.length < bound) {
            second = new byte[bound];
        }
        zstd.setLevel(Math.min(level + 2, Compression.MAX_LEVEL));
        int other = zstd.compressByteArray(second, 0, bound, raw.array(), offset, length);
        if (other >= packed) {
            return packed;
        }
        System.arraycopy(second, 0, data.array(), data.size(), other);
        return other;
    }

    /** Adds a row of the table, and its stream in the form that is worth most. */
    private void pack(int stream, int offset) {
        int length = lengths[stream];
        int start = data.size();
        int codec = packQualities(stream, offset) ? Bams3Format.CODEC_RANS : packAny(stream, offset);
        int stored = data.size() - start;
        table.varint(ids[stream]);
        table.u8(transforms[stream]);
        table.u8(codec);
        table.varint(length);
        table.varint(stored);
        table.int32(ByteCursor.crc32c(data.array(), start, stored));
    }

    /** Adds the stream as rANS if it has many qualities, and a sample shows that zstd would need clearly more. */
    private boolean packQualities(int stream, int offset) {
        int length = lengths[stream];
        if (ids[stream] != StreamIds.QUALITY || length < SAMPLED) {
            return false;
        }
        int likely = 0;
        for (int i = 0; i < PIECES; i++) {
            likely += compress(offset + length / PIECES * i, length / (PIECES * SAMPLE_SHARE)) * SAMPLE_SHARE;
        }
        int limit = length - minGain(length);
        if (rans.estimate(raw.array(), offset, length, limit) > Math.min(limit, likely / 16 * 15)) {
            return false;
        }
        rans.write(data);
        return true;
    }

    private static int minGain(int length) {
        return Math.max(MIN_GAIN, length / MIN_GAIN_SHARE);
    }

    /** Adds the stream as zstd, rANS or as it is; returns its codec. */
    private int packAny(int stream, int offset) {
        int length = lengths[stream];
        int packed = length;
        if (length >= MIN_PLANES && raw.array()[offset] >= 2 && isPlanes(transforms[stream])) {
            packed = compressPlanes(offset, length);
        } else if (smaller[stream]) {
            packed = compressAgain(offset, length, compress(offset, length));
        } else if (length >= MIN_COMPRESSED) {
            packed = compress(offset, length);
        }
        int limit = Math.min(packed, length) - minGain(length);
        if (!isBases(ids[stream]) && rans.estimate(raw.array(), offset, length, limit) <= limit) {
            rans.write(data);
            return Bams3Format.CODEC_RANS;
        }
        if (packed < length) {
            data.skip(packed);
            return Bams3Format.CODEC_ZSTD;
        }
        data.bytes(raw.array(), offset, length);
        return Bams3Format.CODEC_STORED;
    }

    byte[] finish(int rawLength, int records, int reference) {
        table.clear();
        data.clear();
        int offset = 0;
        for (int i = 0; i < count; i++) {
            pack(i, offset);
            offset += lengths[i];
        }
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
