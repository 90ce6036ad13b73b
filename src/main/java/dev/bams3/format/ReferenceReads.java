package dev.bams3.format;

/**
 * Reads of one reference among some records.
 *
 * @param reference its index, or {@link Bams3Format#UNPLACED}
 * @param totals how many they are
 */
public record ReferenceReads(int reference, ReadsTotals totals) {}
