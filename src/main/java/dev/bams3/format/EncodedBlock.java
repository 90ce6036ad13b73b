package dev.bams3.format;

/**
 * A block ready to be stored, with what the index and the metadata will say of it.
 *
 * @param stored the bytes, owned by the receiver
 * @param reference index of the reference of all its records, or {@link Bams3Format#UNPLACED}
 * @param firstStart 0-based start of its first record; -1 for unplaced reads
 * @param lastStart 0-based start of its last record
 * @param endMax largest 0-based exclusive alignment end of its records; 0 for unplaced reads
 * @param bases sum of its SEQ lengths
 * @param digest of its BAM records
 * @param flagstat of its records
 */
public record EncodedBlock(
        byte[] stored,
        int reference,
        int firstStart,
        int lastStart,
        int endMax,
        long bases,
        StreamDigest digest,
        Flagstat flagstat) {
    /** The index entry of this block at a place in a chunk object. */
    public BlockEntry at(int chunk, long offset) {
        return new BlockEntry(
                chunk,
                offset,
                stored.length,
                Math.toIntExact(digest.bytes()),
                Math.toIntExact(digest.records()),
                firstStart,
                lastStart,
                endMax,
                bases,
                digest.crc32c());
    }
}
