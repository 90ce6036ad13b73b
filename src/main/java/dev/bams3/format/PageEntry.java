package dev.bams3.format;

/**
 * One page of the list of blocks: consecutive blocks, which are one section of the index object.
 *
 * @param section where it lies
 * @param blocks how many, 1 or more
 * @param rawBytes of the records of all blocks
 * @param firstReference of the first block
 * @param firstStart of the first block
 * @param lastReference of the last block
 * @param lastStart of the last block
 * @param endMax largest alignment end of the records of the last reference
 */
public record PageEntry(
        StoredRange section,
        int blocks,
        long rawBytes,
        int firstReference,
        int firstStart,
        int lastReference,
        int lastStart,
        int endMax)
        implements Stretch {
    /** Returns the entry of a page that consists of these blocks, one or more. */
    static PageEntry of(StoredRange section, StretchList<BlockEntry> blocks) {
        BlockEntry first = blocks.all().getFirst();
        BlockEntry last = blocks.all().getLast();
        int endMax = Integer.MIN_VALUE;
        long rawBytes = 0;
        for (BlockEntry block : blocks.all()) {
            rawBytes += block.rawLength();
            endMax = block.lastReference() == last.lastReference() ? Math.max(endMax, block.endMax()) : endMax;
        }
        return new PageEntry(
                section,
                blocks.all().size(),
                rawBytes,
                first.firstReference(),
                first.firstStart(),
                last.lastReference(),
                last.lastStart(),
                endMax);
    }
}
