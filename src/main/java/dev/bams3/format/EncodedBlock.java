package dev.bams3.format;

import java.util.List;

/**
 * A block ready to be stored, with what the index and the metadata will say of it.
 *
 * @param stored the bytes, owned by the receiver
 * @param firstReference reference index of its first record, or {@link Bams3Format#UNPLACED}
 * @param firstStart 0-based start of its first record; -1 for unplaced reads
 * @param lastReference reference index of its last record
 * @param lastStart 0-based start of its last record
 * @param endMax largest 0-based exclusive alignment end of the records of its last reference; 0 for unplaced reads
 * @param reads of each reference that it has records of, in file order
 * @param digest of its BAM records
 * @param flagstat of its records
 */
public record EncodedBlock(
        byte[] stored,
        int firstReference,
        int firstStart,
        int lastReference,
        int lastStart,
        int endMax,
        List<ReferenceReads> reads,
        StreamDigest digest,
        Flagstat flagstat) {
    /** SEQ bases of its records. */
    public long bases() {
        return reads.stream().mapToLong(each -> each.totals().bases()).sum();
    }

    /** The index entry of this block at a place in a chunk object. */
    public BlockEntry at(int chunk, long offset) {
        return new BlockEntry(
                chunk,
                offset,
                stored.length,
                Math.toIntExact(digest.bytes()),
                Math.toIntExact(digest.records()),
                firstReference,
                firstStart,
                lastReference,
                lastStart,
                endMax,
                bases(),
                digest.crc32c());
    }
}
