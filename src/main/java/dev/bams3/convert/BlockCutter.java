package dev.bams3.convert;

import dev.bams3.format.BlockSizing;
import dev.bams3.sam.BamRecord;
import dev.bams3.source.RecordSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/** Gathers records into blocks as long as {@link BlockSizing} says, and never placed and unplaced ones in one. */
final class BlockCutter {
    private static final int MOST_SPARE = 64;

    private final BlockSizing sizing;
    private final ArrayDeque<byte[]> spare = new ArrayDeque<>();
    private byte[] bytes;
    private int length;
    private int records;
    private boolean placed;
    private long from = RecordSource.NOWHERE;

    BlockCutter(BlockSizing sizing) {
        this.sizing = sizing;
        bytes = new byte[usualLength()];
    }

    private int usualLength() {
        return sizing.blockBytes() + (sizing.blockBytes() >> 3);
    }

    /**
     * Whole records in coordinate order, back to back.
     *
     * @param bytes array holding them from index 0
     * @param length bytes of all of them
     * @param from virtual offset of the first
     */
    record RawBlock(byte[] bytes, int length, long from) {}

    /** Adds a source's record. The block that it does not belong to any more, if there is one, comes back. */
    Optional<RawBlock> add(RecordSource source) {
        byte[] buffer = source.buffer();
        int offset = source.offset();
        int recordLength = source.length();
        boolean isPlaced = BamRecord.referenceIndex(buffer, offset) != BamRecord.NO_REFERENCE;
        Optional<RawBlock> full = Optional.empty();
        if (records > 0 && (isPlaced != placed || sizing.endsBlock(length, records, recordLength))) {
            full = last();
        }
        if (recordLength > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + recordLength, bytes.length + (bytes.length >> 1)));
        }
        if (records == 0) {
            from = source.virtualOffset();
        }
        System.arraycopy(buffer, offset, bytes, length, recordLength);
        length += recordLength;
        records++;
        placed = isPlaced;
        return full;
    }

    /** Takes the array of a block that is no longer needed. */
    void reuse(byte[] array) {
        if (array.length == usualLength() && spare.size() < MOST_SPARE) {
            spare.addLast(array);
        }
    }

    /** The block of what was added since the last one, if anything was. */
    Optional<RawBlock> last() {
        if (records == 0) {
            return Optional.empty();
        }
        RawBlock block = new RawBlock(bytes, length, from);
        byte[] kept = spare.pollLast();
        bytes = kept != null ? kept : new byte[usualLength()];
        length = 0;
        records = 0;
        return Optional.of(block);
    }
}
