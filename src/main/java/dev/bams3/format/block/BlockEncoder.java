package dev.bams3.format.block;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.ReferenceReads;
import dev.bams3.format.StreamDigest;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamFlags;
import java.util.ArrayList;
import java.util.List;

/**
 * BAM records to the stored bytes of one block. Holds native compressors and scratch buffers: one per thread at a time,
 * reused for any number of blocks, closed by its owner.
 */
public final class BlockEncoder implements AutoCloseable {
    /** From so many records on, columns are always smaller. */
    private static final int SURELY_COLUMNS = 16;

    private final BlockFrameWriter frame;
    private final ColumnEncoder columns = new ColumnEncoder();

    /** At the usual level. */
    public BlockEncoder() {
        this(Compression.DEFAULT);
    }

    public BlockEncoder(Compression compression) {
        frame = new BlockFrameWriter(compression.level());
    }

    /**
     * Encodes whole, checked BAM records in coordinate order, all placed or all unplaced.
     *
     * @param records array holding them, back to back
     * @param offset where the first begins
     * @param length bytes of all of them, 1 or more
     * @return the stored block and what the index says of it; {@code records} is not kept
     * @throws ReadsException INVALID_INPUT for records out of order, or placed and unplaced ones
     */
    public EncodedBlock encode(byte[] records, int offset, int length) {
        BlockFacts facts = BlockFacts.of(records, offset, length);
        byte[] stored = store(records, offset, length, facts);
        return new EncodedBlock(
                stored,
                facts.firstReference,
                facts.firstStart,
                facts.reference,
                facts.lastStart,
                facts.endMax,
                facts.reads,
                StreamDigest.of(records, offset, length, facts.records),
                Flagstat.of(records, offset, length));
    }

    /** As columns; as they are where a record cannot be taken apart, or where that is smaller. */
    private byte[] store(byte[] records, int offset, int length, BlockFacts facts) {
        frame.begin();
        if (columns.encode(records, offset, facts.records, frame) && frame.rawBytes() <= BlockFrame.maxRaw(length)) {
            byte[] stored = frame.finish(length, facts.records, facts.firstReference);
            if (facts.records >= SURELY_COLUMNS) {
                return stored;
            }
            frame.begin();
            frame.add(StreamIds.RECORDS, StreamIds.PLAIN, records, offset, length);
            byte[] asTheyAre = frame.finish(length, facts.records, facts.firstReference);
            return asTheyAre.length < stored.length ? asTheyAre : stored;
        }
        frame.begin();
        frame.add(StreamIds.RECORDS, StreamIds.PLAIN, records, offset, length);
        return frame.finish(length, facts.records, facts.firstReference);
    }

    @Override
    public void close() {
        frame.close();
    }

    /** What the index says of a block, found and checked in one pass. */
    private static final class BlockFacts {
        private final List<ReferenceReads> reads = new ArrayList<>();
        private final int firstReference;
        private final int firstStart;
        private int records;
        private int reference;
        private int lastStart;
        private int endMax;
        // Of the reference at hand.
        private long mapped;
        private long unmapped;
        private long bases;
        private long rawBytes;

        private BlockFacts(int firstReference, int firstStart) {
            this.firstReference = firstReference;
            this.firstStart = firstStart;
            reference = firstReference;
            lastStart = firstStart;
            endMax = firstReference == Bams3Format.UNPLACED ? 0 : Integer.MIN_VALUE;
        }

        static BlockFacts of(byte[] buffer, int offset, int length) {
            if (length < BamRecord.FIXED_LENGTH) {
                throw invalid("a block of " + length + " bytes");
            }
            int first = BamRecord.referenceIndex(buffer, offset);
            if (first < Bams3Format.UNPLACED) {
                throw invalid("reference " + first);
            }
            BlockFacts facts =
                    new BlockFacts(first, first == Bams3Format.UNPLACED ? -1 : BamRecord.start(buffer, offset));
            int end = offset + length;
            int at = offset;
            while (at < end) {
                int size = end - at < BamRecord.FIXED_LENGTH ? -1 : BamRecord.length(buffer, at);
                if (size < BamRecord.FIXED_LENGTH || size > end - at) {
                    throw invalid("record " + facts.records + " of the block does not fit into it");
                }
                facts.add(buffer, at);
                at += size;
            }
            facts.endReference();
            return facts;
        }

        private void add(byte[] buffer, int at) {
            int next = BamRecord.referenceIndex(buffer, at);
            if (next != reference) {
                if (next < reference || reference == Bams3Format.UNPLACED) {
                    throw invalid("references " + reference + " and " + next + " in one block, in this order");
                }
                endReference();
                reference = next;
                lastStart = -1;
                endMax = Integer.MIN_VALUE;
            }
            if (reference != Bams3Format.UNPLACED) {
                int start = BamRecord.start(buffer, at);
                if (start < lastStart || start < -1) {
                    throw invalid("start " + start + " after " + lastStart + " in one block");
                }
                lastStart = start;
                endMax = Math.max(endMax, BamRecord.alignmentEnd(buffer, at));
            }
            // Without a reference no read counts as mapped, whatever its FLAG says, as in `samtools idxstats`.
            boolean isUnmapped =
                    reference == Bams3Format.UNPLACED || (BamRecord.flags(buffer, at) & SamFlags.UNMAPPED) != 0;
            unmapped += isUnmapped ? 1 : 0;
            mapped += isUnmapped ? 0 : 1;
            bases += BamRecord.sequenceLength(buffer, at);
            rawBytes += BamRecord.length(buffer, at);
            records++;
        }

        private void endReference() {
            reads.add(new ReferenceReads(reference, new ReadsTotals(mapped, unmapped, bases, rawBytes)));
            mapped = 0;
            unmapped = 0;
            bases = 0;
            rawBytes = 0;
        }

        private static ReadsException invalid(String message) {
            return ReadsException.of(ErrorKind.INVALID_INPUT, message);
        }
    }
}
