package dev.bams3.format;

/**
 * One block of records as the block index knows it.
 *
 * @param chunk ordinal of the chunk object that holds it, 0 or more
 * @param offset first byte in the chunk object
 * @param storedLength bytes in the chunk object, 1 or more
 * @param rawLength bytes of the BAM records it is rebuilt to, 1 or more
 * @param records records in it, 1 or more
 * @param firstReference reference index of its first record, or {@link Bams3Format#UNPLACED}
 * @param firstStart 0-based start of its first record; -1 for unplaced reads
 * @param lastReference reference index of its last record
 * @param lastStart 0-based start of its last record
 * @param endMax largest 0-based exclusive alignment end of the records of its last reference
 *     ({@link dev.bams3.sam.BamRecord#alignmentEnd})
 * @param bases sum of its SEQ lengths
 * @param crc32c CRC-32C of the {@code rawLength} bytes of BAM records
 */
public record BlockEntry(
        int chunk,
        long offset,
        int storedLength,
        int rawLength,
        int records,
        int firstReference,
        int firstStart,
        int lastReference,
        int lastStart,
        int endMax,
        long bases,
        int crc32c)
        implements Stretch {}
