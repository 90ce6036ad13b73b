package dev.bams3.format;

/**
 * One page of a depth summary in which a position is covered.
 *
 * @param number of the page among those of all scales ({@link DepthGrid#page})
 * @param section where it lies in the depth object
 */
public record DepthPageEntry(long number, StoredRange section) {}
