package dev.bams3.bgzf;

import dev.bams3.error.ReadsException;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * Inflates BGZF blocks from any number of threads, with pooled inflaters. Every block's length and CRC32 are checked, so
 * bytes that come out are the ones that went in.
 */
public final class BgzfInflaters implements AutoCloseable {
    private final IdlePool<Codec> pool;

    /** @param maxIdle inflaters kept while nobody uses them; the number of threads that inflate at once is right */
    public BgzfInflaters(int maxIdle) {
        pool = new IdlePool<>(maxIdle, () -> new Codec(newInflater()), codec -> codec.inflater.end());
    }

    private static RawInflater newInflater() {
        return Isal.get().<RawInflater>map(Isal::decompressor).orElseGet(RawInflater.Jdk::new);
    }

    /**
     * Inflates one block.
     *
     * @param bytes array that the block lies in
     * @param target gets {@link BgzfBlock#inflatedLength} bytes at {@code targetOffset}
     * @throws ReadsException CORRUPT, naming the field and the block's file offset
     */
    public void inflate(byte[] bytes, BgzfBlock block, byte[] target, int targetOffset, String resource) {
        Objects.checkFromIndexSize(targetOffset, block.inflatedLength(), target.length);
        Objects.checkFromIndexSize(block.offset(), block.length(), bytes.length);
        int length = block.inflatedLength();
        Codec codec = pool.take();
        int inflated;
        int crc;
        try {
            inflated =
                    codec.inflater.inflate(bytes, block.dataOffset(), block.dataLength(), target, targetOffset, length);
            crc = codec.crcOf(target, targetOffset, length);
        } finally {
            pool.giveBack(codec);
        }
        if (inflated != length) {
            throw ReadsException.corrupt(
                    resource,
                    block.fileOffset(),
                    "BGZF data",
                    inflated < 0
                            ? "not deflated data"
                            : "inflates to another length than the " + length + " bytes that ISIZE says");
        }
        int stored = BgzfBlock.int32(bytes, block.end() - BgzfBlock.TRAILER_LENGTH);
        if (crc != stored) {
            throw ReadsException.corrupt(
                    resource,
                    block.fileOffset(),
                    "BGZF CRC32",
                    "the data has %08x, the block says %08x".formatted(crc, stored));
        }
    }

    int live() {
        return pool.live();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Codec {
        private final CRC32 crc = new CRC32();
        private final RawInflater inflater;

        Codec(RawInflater inflater) {
            this.inflater = inflater;
        }

        int crcOf(byte[] bytes, int offset, int length) {
            crc.reset();
            crc.update(bytes, offset, length);
            return (int) crc.getValue();
        }
    }
}
