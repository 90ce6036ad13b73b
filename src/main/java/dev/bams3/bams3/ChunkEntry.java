package dev.bams3.bams3;

/**
 * One chunk object as the chunk table knows it; its ordinal is its place in the table.
 *
 * @param length bytes of the object
 * @param reference index of the reference of all its records, or {@link Bams3Format#UNPLACED}
 * @param blocks number of blocks, 1 or more
 * @param records number of records
 * @param rawBytes bytes of its BAM records
 */
public record ChunkEntry(long length, int reference, int blocks, long records, long rawBytes) {}
