package dev.bams3.flow;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;

/**
 * Shares of the heap for things whose size in memory follows from a stored size. A size over its share is refused before
 * anything is allocated, so no dataset and no source can end the process; shares that several requests draw from at the same
 * time are budgets ({@link #decoding()}). All follow from the size of the heap.
 *
 * @param heap bytes
 */
public record MemoryLimits(long heap) {
    private static final int DECODING_SHARE = 8;
    private static final int MERGING_SHARE = 8;
    private static final int BLOCK_SHARE = 32;
    private static final int HEADER_SHARE = 2;

    /** Returns the limits of this process, whose heap is {@code -Xmx} or a share of its container's memory. */
    public static MemoryLimits ofProcess() {
        return new MemoryLimits(Runtime.getRuntime().maxMemory());
    }

    /**
     * Returns a budget for metadata, headers and sections of an index while they are read and decoded: an eighth of the heap for
     * all together, and for one of them.
     */
    public ByteBudget decoding() {
        return new ByteBudget(heap / DECODING_SHARE);
    }

    /**
     * Returns the bytes of memory that the header of a source may take while it is converted: half of the heap. It is what {@link
     * #headerBytes} says.
     */
    public long header() {
        return heap / HEADER_SHARE;
    }

    /**
     * Returns the bytes of memory that a header takes while its source is converted: the text, as it is read, parsed and packed,
     * and for each reference its name, its totals and its part of the metadata.
     *
     * @param textLength bytes of text
     * @param references how many
     */
    public static long headerBytes(long textLength, long references) {
        return 8 * textLength + 600 * references;
    }

    /** The failure of a source whose header is over the limit. */
    public static ReadsException headerTooLarge(String resource, long textLength, long references, long limit) {
        return ReadsException.about(
                ErrorKind.TOO_LARGE,
                resource,
                "a header of " + textLength + " bytes of text and " + references + " references or more takes "
                        + (headerBytes(textLength, references) >> 20)
                        + " MB of memory to convert, and this process has "
                        + (limit >> 20) + " MB for it; give it a larger heap (-Xmx, or a container with more memory)");
    }

    /** Returns the bytes of records that answers of cohorts hold while they are merged, all together: an eighth of the heap. */
    public long merging() {
        return heap / MERGING_SHARE;
    }

    /**
     * Returns the most bytes of records in one block, and of one record, in memory: a thirty-second of the heap. Decoding and
     * encoding a block take several times its size.
     */
    public int block() {
        return (int) Math.min(Integer.MAX_VALUE - 64, heap / BLOCK_SHARE);
    }
}
