package dev.bams3.bgzf;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Compresses bytes into BGZF blocks from any number of threads, with pooled deflaters. Equal input gives equal output, in
 * every process of the same {@link #variant}: which bytes of the input a block holds is a function of the input alone, and
 * every deflater starts each block from nothing.
 */
public final class BgzfDeflaters implements AutoCloseable {
    /** Bytes that a block written here holds at most; what bgzip and htsjdk use, so that no block can outgrow 64 KiB. */
    public static final int MAX_PAYLOAD = 65_280;

    /** Header, trailer and the frame of a stored deflate block. */
    static final int MAX_OVERHEAD = BgzfBlock.HEADER_LENGTH + BgzfBlock.TRAILER_LENGTH + 5;

    /** Deflated bytes of a block at most. */
    static final int MAX_DATA = BgzfBlock.MAX_LENGTH - BgzfBlock.HEADER_LENGTH - BgzfBlock.TRAILER_LENGTH;

    private final IdlePool<Codec> pool;
    private final String implementation;
    private @Nullable String variant;

    /**
     * Makes deflaters of ISA-L (levels 1 to 3, where {@link Isal} has it) or of the JDK.
     *
     * @param level 0 (stored) to 9 (smallest)
     * @param maxIdle deflaters kept while nobody uses them; the number of threads that compress at once is right
     */
    public BgzfDeflaters(int level, int maxIdle) {
        this(level, maxIdle, Isal.get());
    }

    /** Makes deflaters of the JDK alone, as where ISA-L is missing; parameters as above. */
    public static BgzfDeflaters ofJdk(int level, int maxIdle) {
        return new BgzfDeflaters(level, maxIdle, Optional.empty());
    }

    /** @param library compresses the levels that it knows; the JDK compresses the others */
    BgzfDeflaters(int level, int maxIdle, Optional<Isal> library) {
        if (level < 0 || level > 9) {
            throw new IllegalArgumentException("compression level " + level + ": 0 (stored) to 9 (smallest)");
        }
        Optional<Isal> isal = library.filter(known -> level >= 1 && level <= Isal.MAX_LEVEL);
        implementation = level == 0 ? "stored" : isal.isPresent() ? "isal-" + Isal.method(level) : "jdk-" + level;
        Supplier<RawDeflater> deflaters = level == 0
                ? () -> RawDeflater.NONE
                : isal.<Supplier<RawDeflater>>map(known -> () -> known.compressor(level))
                        .orElse(() -> new RawDeflater.Jdk(level));
        pool = new IdlePool<>(maxIdle, () -> new Codec(deflaters.get()), codec -> codec.deflater.end());
    }

    /** Returns the library and its own level: {@code isal-0}, {@code jdk-6}, {@code stored}. */
    public String implementation() {
        return implementation;
    }

    /**
     * Returns what decides the compressed bytes of given bytes: the implementation and a checksum of what it makes of a
     * sample, since neither library states its release, and another release may choose other matches. Bytes of one variant
     * must not be joined to bytes of another.
     */
    public synchronized String variant() {
        if (variant == null) {
            variant = "%s-%08x".formatted(implementation, CompressionSample.checksum(this));
        }
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
            codec.deflater.prepare(bytes, offset, length);
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

    /** One deflater, and the frame of a block around its data. */
    private static final class Codec {
        private final CRC32 crc = new CRC32();
        private final RawDeflater deflater;

        Codec(RawDeflater deflater) {
            this.deflater = deflater;
        }

        /** Writes one block and returns its length. */
        int compress(byte[] bytes, int offset, int length, byte[] target, int targetOffset) {
            int dataOffset = targetOffset + BgzfBlock.HEADER_LENGTH;
            // What does not shrink is stored, in at most 5 bytes more.
            int dataLength = deflater.deflate(bytes, offset, length, target, dataOffset, length + 5);
            if (dataLength < 0) {
                target[dataOffset] = 1;
                BgzfBlock.putUint16(target, dataOffset + 1, length);
                BgzfBlock.putUint16(target, dataOffset + 3, ~length);
                System.arraycopy(bytes, offset, target, dataOffset + 5, length);
                dataLength = length + 5;
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
    }
}
