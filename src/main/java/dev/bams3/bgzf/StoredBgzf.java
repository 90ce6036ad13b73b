package dev.bams3.bgzf;

import java.util.Objects;

/**
 * Layout of a BGZF file whose blocks are stored instead of compressed: a head and a body, each in blocks of its own, of which
 * every one but the last holds {@link BgzfDeflaters#MAX_PAYLOAD} bytes. So the place of each byte follows from the two lengths
 * alone. {@link BgzfOutputStream} writes such a file with deflaters of level 0, when it is flushed between the two.
 *
 * @param head bytes of the head, 0 or more: the header of a BAM, which readers expect to end with a block
 * @param length bytes that the file inflates to, {@code head} to {@link #MAX_LENGTH}
 */
public record StoredBgzf(long head, long length) {
    private static final int BLOCK_LENGTH = BgzfDeflaters.MAX_PAYLOAD + BgzfDeflaters.MAX_OVERHEAD;

    /** Virtual offsets have 48 bits for the place of a block. */
    public static final long MAX_LENGTH = ((1L << 48) / BLOCK_LENGTH - 2) * BgzfDeflaters.MAX_PAYLOAD;

    public StoredBgzf {
        if (head < 0 || length < head || length > MAX_LENGTH) {
            throw new IllegalArgumentException("not the lengths of a BGZF file: " + head + " of " + length);
        }
    }

    /** Bytes of the whole file, end-of-file block included. */
    public long fileLength() {
        return dataLength() + BgzfBlock.END_OF_FILE_LENGTH;
    }

    /** The virtual offset of an inflated byte. @param position 0 to {@code length}, which is the offset of the end */
    public VirtualOffset offset(long position) {
        Objects.checkIndex(position, length + 1);
        boolean inHead = position < head;
        long within = inHead ? position : position - head;
        return VirtualOffset.of((inHead ? 0 : stored(head)) + within / BgzfDeflaters.MAX_PAYLOAD * BLOCK_LENGTH, (int)
                (within % BgzfDeflaters.MAX_PAYLOAD));
    }

    /**
     * Index of the first inflated byte of the block that holds a byte of the file; {@code length} for the end-of-file block.
     *
     * @param fileOffset 0 to {@code fileLength() - 1}
     */
    public long blockStart(long fileOffset) {
        Objects.checkIndex(fileOffset, fileLength());
        if (fileOffset >= dataLength()) {
            return length;
        }
        long body = stored(head);
        return fileOffset < body
                ? fileOffset / BLOCK_LENGTH * BgzfDeflaters.MAX_PAYLOAD
                : head + (fileOffset - body) / BLOCK_LENGTH * BgzfDeflaters.MAX_PAYLOAD;
    }

    /**
     * Index after the last inflated byte of the block that holds a byte of the file; {@code length} for the end-of-file block.
     *
     * @param fileOffset 0 to {@code fileLength() - 1}
     */
    public long blockEnd(long fileOffset) {
        long start = blockStart(fileOffset);
        return Math.min(start < head ? head : length, start + BgzfDeflaters.MAX_PAYLOAD);
    }

    /** File offset of a block. @param blockStart what {@link #blockStart} gives */
    public long fileOffset(long blockStart) {
        return blockStart == length ? dataLength() : offset(blockStart).block();
    }

    private long dataLength() {
        return stored(head) + stored(length - head);
    }

    private static long stored(long bytes) {
        return bytes + Math.ceilDiv(bytes, BgzfDeflaters.MAX_PAYLOAD) * BgzfDeflaters.MAX_OVERHEAD;
    }
}
