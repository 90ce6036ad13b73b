package dev.bams3.bgzf;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses bytes into BGZF blocks from any number of threads, with pooled deflaters. Which bytes of the input a block
 * holds is a function of the input alone. Whether its compressed bytes are, too, depends on the deflater:
 *
 * <ul>
 *   <li>{@linkplain #BgzfDeflaters(int, int) The fastest}, GKL's (0.9.1) at the two lowest levels: one deflater repeats
 *       itself, but another one now and then chooses other matches: for 2 to 5 of 1,000 inputs below 200 bytes, and once among
 *       290,000 blocks of all sizes. For bytes that nobody joins to those of another call.
 *   <li>{@linkplain #repeatable The repeatable}: equal input, equal output, in every process of the same {@link #variant}.
 * </ul>
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
    private final boolean repeatable;
    private @Nullable String variant;

    /**
     * The fastest ones.
     *
     * @param level 0 (stored) to 9 (smallest)
     * @param maxIdle deflaters kept while nobody uses them; the number of threads that compress at once is right
     */
    public BgzfDeflaters(int level, int maxIdle) {
        this(
                NativeCompression.compressesAt(level) ? "gkl-" + level : "jdk-" + level,
                false,
                maxIdle,
                NativeCompression.compressesAt(level)
                        ? () -> new ZipDeflater(NativeCompression.deflater(level))
                        : javaDeflaters(level));
    }

    private BgzfDeflaters(String implementation, boolean repeatable, int maxIdle, Supplier<RawDeflater> deflaters) {
        this.implementation = implementation;
        this.repeatable = repeatable;
        pool = new IdlePool<>(maxIdle, () -> new Codec(deflaters.get()), codec -> codec.deflater.end());
    }

    /**
     * Those whose bytes can be fetched in pieces, from several processes: libdeflate's where the system has it, else the
     * JDK's.
     *
     * @param level 0 (stored) to 9 (smallest)
     * @param maxIdle deflaters kept while nobody uses them; the number of threads that compress at once is right
     */
    public static BgzfDeflaters repeatable(int level, int maxIdle) {
        return repeatable(level, maxIdle, NativeCompression.isWanted() ? Libdeflate.NAMES : List.of());
    }

    /** @param libraries names that libdeflate may have; with none, or none that is there, the JDK's deflater is taken */
    static BgzfDeflaters repeatable(int level, int maxIdle, List<String> libraries) {
        Optional<Libdeflate> library = level == 0 ? Optional.empty() : Libdeflate.load(libraries);
        return library.map(found ->
                        new BgzfDeflaters("libdeflate-" + level, true, maxIdle, libdeflateDeflaters(level, found)))
                .orElseGet(() -> new BgzfDeflaters("jdk-" + level, true, maxIdle, javaDeflaters(level)));
    }

    private static Supplier<RawDeflater> libdeflateDeflaters(int level, Libdeflate library) {
        check(level);
        return () -> library.compressor(level);
    }

    private static Supplier<RawDeflater> javaDeflaters(int level) {
        check(level);
        return level == 0 ? () -> RawDeflater.NONE : () -> new ZipDeflater(new Deflater(level, true));
    }

    private static void check(int level) {
        if (level < 0 || level > 9) {
            throw new IllegalArgumentException("compression level " + level + ": 0 (stored) to 9 (smallest)");
        }
    }

    /** Whose they are, and their level: {@code gkl-1}, {@code libdeflate-1}, {@code jdk-1}. */
    public String implementation() {
        return implementation;
    }

    /**
     * Names what decides the compressed bytes of given bytes: implementation, level, and a checksum of what it makes of a
     * sample, since neither library tells its release, and another release may choose other matches. Bytes of another name
     * must not be joined to these.
     *
     * @throws IllegalStateException where even equal names would not promise equal bytes
     */
    public synchronized String variant() {
        if (!repeatable) {
            throw new IllegalStateException(implementation + " does not repeat itself");
        }
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
            // Whatever does not shrink is stored: at most 5 bytes more than it was.
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
