package dev.bams3.bgzf;

import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses bytes into BGZF blocks from any number of threads, with pooled deflaters. Which bytes of the input a block
 * holds is a function of the input alone. Its compressed bytes are with the JDK's deflater; with GKL's (0.9.1) one deflater
 * repeats itself, but another one now and then chooses other matches: for 3 of 1,000 inputs below 200 bytes, and for about 1
 * of 100,000 whole blocks.
 */
public final class BgzfDeflaters implements AutoCloseable {
    /** Bytes that a block written here holds at most; what bgzip and htsjdk use, so that no block can outgrow 64 KiB. */
    public static final int MAX_PAYLOAD = 65_280;

    /** Header, trailer and the frame of a stored deflate block. */
    private static final int MAX_OVERHEAD = BgzfBlock.HEADER_LENGTH + BgzfBlock.TRAILER_LENGTH + 5;

    private static final int MAX_DATA = BgzfBlock.MAX_LENGTH - BgzfBlock.HEADER_LENGTH - BgzfBlock.TRAILER_LENGTH;

    private final IdlePool<Codec> pool;
    private final String variant;

    /**
     * @param level 0 (stored) to 9 (smallest)
     * @param maxIdle deflaters kept while nobody uses them; the number of threads that compress at once is right
     */
    public BgzfDeflaters(int level, int maxIdle) {
        if (level < 0 || level > 9) {
            throw new IllegalArgumentException("compression level " + level + ": 0 (stored) to 9 (smallest)");
        }
        variant = (NativeCompression.compressesAt(level) ? "gkl-" : "jdk-") + level;
        pool = new IdlePool<>(maxIdle, () -> new Codec(level), codec -> codec.deflater.end());
    }

    /**
     * Names what decides the compressed bytes of given bytes: the deflate implementation of this process and the level. Bytes
     * of another name must not be joined to these.
     */
    public String variant() {
        return variant;
    }

    /** Room that {@link #compress} may need for this many bytes. */
    public static int maxCompressedLength(int length) {
        return Math.toIntExact(length + (length / (long) MAX_PAYLOAD + 1) * MAX_OVERHEAD);
    }

    /**
     * Writes the blocks of some bytes one after the other; no bytes, no block.
     *
     * @param target has {@link #maxCompressedLength} bytes of room at {@code targetOffset}
     * @return bytes written
     */
    public int compress(byte[] bytes, int offset, int length, byte[] target, int targetOffset) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Objects.checkFromIndexSize(targetOffset, maxCompressedLength(length), target.length);
        Codec codec = pool.take();
        try {
            int at = targetOffset;
            int end = offset + length;
            for (int from = offset; from < end; from += MAX_PAYLOAD) {
                at += codec.compress(bytes, from, Math.min(MAX_PAYLOAD, end - from), target, at);
            }
            return at - targetOffset;
        } finally {
            pool.giveBack(codec);
        }
    }

    /** Deflaters that exist now, in use or idle. */
    int live() {
        return pool.live();
    }

    @Override
    public void close() {
        pool.close();
    }

    /** One deflater and its scratch arrays: GKL takes input and output from index 0 only. */
    private static final class Codec {
        private final byte[] input = new byte[MAX_PAYLOAD];
        private final byte[] output = new byte[MAX_DATA];
        private final CRC32 crc = new CRC32();
        private final boolean stored;
        private final Deflater deflater;

        Codec(int level) {
            stored = level == 0;
            deflater = NativeCompression.compressesAt(level)
                    ? NativeCompression.deflater(level)
                    : new Deflater(level, true);
        }

        /** Writes one block and returns its length. */
        int compress(byte[] bytes, int offset, int length, byte[] target, int targetOffset) {
            int dataOffset = targetOffset + BgzfBlock.HEADER_LENGTH;
            int deflated = stored ? -1 : deflate(bytes, offset, length);
            // Whatever does not shrink is stored: at most 5 bytes more than it was.
            int dataLength;
            if (deflated < 0 || deflated > length + 5) {
                target[dataOffset] = 1;
                BgzfBlock.putUint16(target, dataOffset + 1, length);
                BgzfBlock.putUint16(target, dataOffset + 3, ~length);
                System.arraycopy(bytes, offset, target, dataOffset + 5, length);
                dataLength = length + 5;
            } else {
                System.arraycopy(output, 0, target, dataOffset, deflated);
                dataLength = deflated;
            }
            crc.reset();
            crc.update(bytes, offset, length);
            int trailer = dataOffset + dataLength;
            BgzfBlock.putInt32(target, trailer, (int) crc.getValue());
            BgzfBlock.putInt32(target, trailer + 4, length);
            int blockLength = trailer + BgzfBlock.TRAILER_LENGTH - targetOffset;
            BgzfBlock.writeHeader(target, targetOffset);
            BgzfBlock.putUint16(target, targetOffset + 16, blockLength - 1);
            return blockLength;
        }

        /** Length of the deflated bytes in {@link #output}, or -1 if they do not fit. */
        private int deflate(byte[] bytes, int offset, int length) {
            System.arraycopy(bytes, offset, input, 0, length);
            try {
                deflater.reset();
                deflater.setInput(input, 0, length);
                deflater.finish();
                int deflated = deflater.deflate(output, 0, output.length);
                return deflater.finished() ? deflated : -1;
            } catch (RuntimeException e) {
                // GKL's way to say that the output array is too small.
                return -1;
            }
        }
    }
}
