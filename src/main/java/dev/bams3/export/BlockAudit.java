package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.BlockPass.StoredBlock;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.format.StreamDigest;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import org.jspecify.annotations.Nullable;

/**
 * Checks one stored block against what the index says of it, and its records one by one. Counts for itself what the writer
 * counted, so that a mistake made there is found here.
 *
 * @param entry of the index
 * @param facts what the records say; absent when they cannot be trusted
 * @param problem what is wrong, naming the object; null for a sound block
 */
record BlockAudit(
        BlockEntry entry,
        @Nullable EncodedBlock facts,
        @Nullable String problem) {

    /** @param reference of the chunk that the block lies in */
    static BlockAudit of(BlockCodecs codecs, StoredBlock stored, int reference, ReferenceDictionary references) {
        BlockEntry entry = stored.entry();
        String where = stored.object() + ": block at byte " + entry.offset() + ": ";
        byte[] records;
        try {
            records = stored.decoded(codecs);
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CORRUPT && e.kind() != ErrorKind.UNSUPPORTED_VERSION) {
                throw e;
            }
            return new BlockAudit(entry, null, e.getMessage());
        }
        String problem = recordProblem(records, reference, references);
        if (problem != null) {
            return new BlockAudit(entry, null, where + problem);
        }
        EncodedBlock facts = facts(stored.bytes(), records);
        BlockEntry found = BlockCodecs.entry(facts, entry.chunk(), entry.offset());
        String difference =
                found.equals(entry) ? null : where + "the index says " + entry + ", its records say " + found;
        return new BlockAudit(entry, facts, difference);
    }

    private static @Nullable String recordProblem(byte[] records, int reference, ReferenceDictionary references) {
        int lastStart = Integer.MIN_VALUE;
        int at = 0;
        while (at < records.length) {
            if (records.length - at < BamRecord.FIXED_LENGTH) {
                return "its last record is cut";
            }
            int length = BamRecord.length(records, at);
            if (length < BamRecord.FIXED_LENGTH || length > records.length - at) {
                return "a record of " + length + " bytes does not fit into it";
            }
            String problem = BamRecordCheck.problem(records, at, length);
            if (problem == null) {
                problem = BamRecordCheck.placementProblem(records, at, references);
            }
            if (problem != null) {
                return problem;
            }
            if (BamRecord.referenceIndex(records, at) != reference) {
                return "a record of reference " + BamRecord.referenceIndex(records, at) + " among those of "
                        + reference;
            }
            int start = BamRecord.start(records, at);
            if (reference != Bams3Format.UNPLACED && start < lastStart) {
                return "a record at " + start + " after one at " + lastStart;
            }
            lastStart = start;
            at += length;
        }
        return null;
    }

    private static EncodedBlock facts(byte[] stored, byte[] records) {
        int reference = BamRecord.referenceIndex(records, 0);
        boolean placed = reference != Bams3Format.UNPLACED;
        int lastStart = -1;
        int endMax = placed ? Integer.MIN_VALUE : 0;
        long bases = 0;
        int count = 0;
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            if (placed) {
                lastStart = BamRecord.start(records, at);
                endMax = Math.max(endMax, BamRecord.alignmentEnd(records, at));
            }
            bases += BamRecord.sequenceLength(records, at);
            count++;
        }
        return new EncodedBlock(
                stored,
                reference,
                placed ? BamRecord.start(records, 0) : -1,
                lastStart,
                endMax,
                bases,
                StreamDigest.of(records, 0, records.length, count),
                Flagstat.of(records, 0, records.length));
    }
}
