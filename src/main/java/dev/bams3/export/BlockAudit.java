package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.depth.DepthChanges;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.BlockPass.StoredBlock;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.ReferenceReads;
import dev.bams3.format.StreamDigest;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.SamFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks one stored block against what the index says of it, and its records one by one. Counts for itself what the writer
 * counted, so that a mistake made there is found here.
 *
 * @param entry of the index
 * @param facts what the records say; absent when they cannot be trusted
 * @param keptRecords the bytes of the records, if they are asked for and sound
 * @param depth changes of depth of the records, if they are asked for and sound
 * @param problem what is wrong, naming the object; null for a sound block
 * @param contradiction what is wrong inside a record, which the dataset has as its writer got it; null for sound records
 */
record BlockAudit(
        BlockEntry entry,
        @Nullable EncodedBlock facts,
        Optional<byte[]> keptRecords,
        Optional<DepthChanges> depth,
        @Nullable String problem,
        @Nullable String contradiction) {

    /**
     * Checks a block.
     *
     * @param keep whether the records are kept
     * @param countDepth whether the changes of depth are
     */
    static BlockAudit of(
            BlockCodecs codecs, StoredBlock stored, ReferenceDictionary references, boolean keep, boolean countDepth) {
        BlockEntry entry = stored.entry();
        String where = stored.object() + ": block at byte " + entry.offset() + ": ";
        byte[] records;
        try {
            records = stored.decoded(codecs);
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CORRUPT) {
                throw e;
            }
            return new BlockAudit(entry, null, Optional.empty(), Optional.empty(), e.getMessage(), null);
        }
        String problem = orderProblem(records, references);
        if (problem != null) {
            return new BlockAudit(entry, null, Optional.empty(), Optional.empty(), where + problem, null);
        }
        String contradiction = contradiction(records, references);
        if (contradiction != null) {
            return new BlockAudit(entry, null, Optional.empty(), Optional.empty(), null, where + contradiction);
        }
        EncodedBlock facts = facts(stored.bytes(), records);
        BlockEntry found = facts.at(entry.chunk(), entry.offset());
        String difference =
                found.equals(entry) ? null : where + "the index says " + entry + ", its records say " + found;
        return new BlockAudit(
                entry,
                facts,
                keep ? Optional.of(records) : Optional.empty(),
                countDepth ? Optional.of(DepthChanges.of(records, records.length, references)) : Optional.empty(),
                difference,
                null);
    }

    /** Returns what is wrong inside the first inconsistent record. */
    private static @Nullable String contradiction(byte[] records, ReferenceDictionary references) {
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            String problem = BamRecordCheck.problem(records, at, BamRecord.length(records, at));
            if (problem == null) {
                problem = BamRecordCheck.placementProblem(records, at, references);
            }
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String orderProblem(byte[] records, ReferenceDictionary references) {
        int lastReference = BamRecord.NO_REFERENCE;
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
            int reference = BamRecord.referenceIndex(records, at);
            int start = BamRecord.start(records, at);
            if (reference < Bams3Format.UNPLACED || reference >= references.size()) {
                return "a record of reference " + reference + " of " + references.size();
            }
            if (reference != Bams3Format.UNPLACED && start < -1) {
                return "a record at " + start;
            }
            boolean isFirst = at == 0;
            boolean mixes = (reference == Bams3Format.UNPLACED) != (lastReference == Bams3Format.UNPLACED);
            if (!isFirst && (mixes || reference < lastReference)) {
                return "a record of reference " + reference + " after one of " + lastReference;
            }
            if (reference != Bams3Format.UNPLACED && reference == lastReference && start < lastStart) {
                return "a record at " + start + " after one at " + lastStart;
            }
            lastReference = reference;
            lastStart = start;
            at += length;
        }
        return null;
    }

    private static EncodedBlock facts(byte[] stored, byte[] records) {
        List<ReferenceReads> reads = new ArrayList<>();
        int reference = BamRecord.referenceIndex(records, 0);
        boolean placed = reference != Bams3Format.UNPLACED;
        ReadsTotals totals = ReadsTotals.NONE;
        int lastStart = -1;
        int endMax = placed ? Integer.MIN_VALUE : 0;
        int count = 0;
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            if (BamRecord.referenceIndex(records, at) != reference) {
                reads.add(new ReferenceReads(reference, totals));
                totals = ReadsTotals.NONE;
                reference = BamRecord.referenceIndex(records, at);
                endMax = Integer.MIN_VALUE;
            }
            if (placed) {
                lastStart = BamRecord.start(records, at);
                endMax = Math.max(endMax, BamRecord.alignmentEnd(records, at));
            }
            int unmapped = !placed || (BamRecord.flags(records, at) & SamFlags.UNMAPPED) != 0 ? 1 : 0;
            totals = totals.plus(new ReadsTotals(
                    1L - unmapped, unmapped, BamRecord.sequenceLength(records, at), BamRecord.length(records, at)));
            count++;
        }
        reads.add(new ReferenceReads(reference, totals));
        return new EncodedBlock(
                stored,
                BamRecord.referenceIndex(records, 0),
                placed ? BamRecord.start(records, 0) : -1,
                reference,
                lastStart,
                endMax,
                reads,
                StreamDigest.of(records, 0, records.length, count),
                Flagstat.of(records, 0, records.length));
    }
}
