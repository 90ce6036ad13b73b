package dev.bams3.bgzf;

import java.util.Objects;

/**
 * Layout of a BGZF file whose blocks are stored instead of compressed. Every block but the last holds {@link
 * BgzfDeflaters#MAX_PAYLOAD} bytes, so the place of each byte follows from the number of bytes alone. {@link
 * BgzfOutputStream} writes such a file with deflaters of level 0.
 *
 * @param length bytes that the file inflates to, 0 to {@link #MAX_LENGTH}
 */
public record StoredBgzf(long length) {
    private static final int BLOCK_LENGTH = BgzfDeflaters.MAX_PAYLOAD + BgzfDeflaters.MAX_OVERHEAD;

    /** Virtual offsets have 48 bits for the place of a block. */
    public static final long MAX_LENGTH = ((1L << 48) / BLOCK_LENGTH - 1) * BgzfDeflaters.MAX_PAYLOAD;

    public StoredBgzf {
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("not the length of a BGZF file: " + length);
        }
    }

    /** Bytes of the whole file, end-of-file block included. */
    public long fileLength() {
        return dataLength() + BgzfBlock.END_OF_FILE_LENGTH;
    }

    /** The virtual offset of an inflated byte. @param position 0 to {@code length}, which is the offset of the end */
    public VirtualOffset offset(long position) {
        Objects.checkIndex(position, length + 1);
        return VirtualOffset.of(
                position / BgzfDeflaters.MAX_PAYLOAD * BLOCK_LENGTH, (int) (position % BgzfDeflaters.MAX_PAYLOAD));
    }

    /**
     * Index of the first inflated byte of the block that holds a byte of the file; {@code length} for the end-of-file block.
     *
     * @param fileOffset 0 to {@code fileLength() - 1}
     */
    public long blockStart(long fileOffset) {
        Objects.checkIndex(fileOffset, fileLength());
        return fileOffset >= dataLength() ? length : fileOffset / BLOCK_LENGTH * BgzfDeflaters.MAX_PAYLOAD;
    }

    /**
     * Index after the last inflated byte of the block that holds a byte of the file; {@code length} for the end-of-file block.
     *
     * @param fileOffset 0 to {@code fileLength() - 1}
     */
    public long blockEnd(long fileOffset) {
        return Math.min(length, blockStart(fileOffset) + BgzfDeflaters.MAX_PAYLOAD);
    }

    /** File offset of a block. @param blockStart what {@link #blockStart} gives */
    public long fileOffset(long blockStart) {
        return blockStart == length ? dataLength() : blockStart / BgzfDeflaters.MAX_PAYLOAD * BLOCK_LENGTH;
    }

    private long dataLength() {
        long blocks = Math.ceilDiv(length, BgzfDeflaters.MAX_PAYLOAD);
        return length + blocks * BgzfDeflaters.MAX_OVERHEAD;
    }
}
