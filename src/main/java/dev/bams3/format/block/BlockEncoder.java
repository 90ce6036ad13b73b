package dev.bams3.format.block;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.format.StreamDigest;
import dev.bams3.sam.BamRecord;

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
     * Encodes whole, checked BAM records of one reference, ordered by start.
     *
     * @param records array holding them, back to back
     * @param offset where the first begins
     * @param length bytes of all of them, 1 or more
     * @return the stored block and what the index says of it; {@code records} is not kept
     * @throws ReadsException INVALID_INPUT for records of two references or out of order
     */
    public EncodedBlock encode(byte[] records, int offset, int length) {
        BlockFacts facts = BlockFacts.of(records, offset, length);
        byte[] stored = store(records, offset, length, facts);
        return new EncodedBlock(
                stored,
                facts.reference(),
                facts.firstStart(),
                facts.lastStart(),
                facts.endMax(),
                facts.bases(),
                StreamDigest.of(records, offset, length, facts.records()),
                Flagstat.of(records, offset, length));
    }

    /** As columns; as they are where a record cannot be taken apart, or where that is smaller. */
    private byte[] store(byte[] records, int offset, int length, BlockFacts facts) {
        frame.begin();
        if (columns.encode(records, offset, facts.records(), facts.reference(), frame)
                && frame.rawBytes() <= BlockFrame.maxRaw(length)) {
            byte[] stored = frame.finish(length, facts.records(), facts.reference());
            if (facts.records() >= SURELY_COLUMNS) {
                return stored;
            }
            frame.begin();
            frame.add(StreamIds.RECORDS, StreamIds.PLAIN, records, offset, length);
            byte[] asTheyAre = frame.finish(length, facts.records(), facts.reference());
            return asTheyAre.length < stored.length ? asTheyAre : stored;
        }
        frame.begin();
        frame.add(StreamIds.RECORDS, StreamIds.PLAIN, records, offset, length);
        return frame.finish(length, facts.records(), facts.reference());
    }

    @Override
    public void close() {
        frame.close();
    }

    /** What the index says of a block, found and checked in one pass. */
    private record BlockFacts(int records, int reference, int firstStart, int lastStart, int endMax, long bases) {
        static BlockFacts of(byte[] buffer, int offset, int length) {
            if (length < BamRecord.FIXED_LENGTH) {
                throw invalid("a block of " + length + " bytes");
            }
            int end = offset + length;
            int reference = BamRecord.referenceIndex(buffer, offset);
            boolean placed = reference != Bams3Format.UNPLACED;
            int firstStart = placed ? BamRecord.start(buffer, offset) : -1;
            int lastStart = firstStart;
            int endMax = placed ? Integer.MIN_VALUE : 0;
            long bases = 0;
            int records = 0;
            int at = offset;
            while (at < end) {
                int size = end - at < BamRecord.FIXED_LENGTH ? -1 : BamRecord.length(buffer, at);
                if (size < BamRecord.FIXED_LENGTH || size > end - at) {
                    throw invalid("record " + records + " of the block does not fit into it");
                }
                if (BamRecord.referenceIndex(buffer, at) != reference || reference < Bams3Format.UNPLACED) {
                    throw invalid("references " + reference + " and " + BamRecord.referenceIndex(buffer, at)
                            + " in one block");
                }
                if (placed) {
                    int start = BamRecord.start(buffer, at);
                    if (start < lastStart || start < -1) {
                        throw invalid("start " + start + " after " + lastStart + " in one block");
                    }
                    lastStart = start;
                    endMax = Math.max(endMax, BamRecord.alignmentEnd(buffer, at));
                }
                bases += BamRecord.sequenceLength(buffer, at);
                records++;
                at += size;
            }
            return new BlockFacts(records, reference, firstStart, lastStart, endMax, bases);
        }

        private static ReadsException invalid(String message) {
            return ReadsException.of(ErrorKind.INVALID_INPUT, message);
        }
    }
}
