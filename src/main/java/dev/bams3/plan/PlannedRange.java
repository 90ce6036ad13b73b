package dev.bams3.plan;

/**
 * Neighbouring blocks of one chunk object, to be read with one GET.
 *
 * @param chunk ordinal of the chunk object
 * @param offset first byte of the first block
 * @param length bytes to the end of the last block, small gaps between blocks included
 * @param firstBlock index in the plan of the first block
 * @param blocks how many, 1 or more
 */
public record PlannedRange(int chunk, long offset, int length, int firstBlock, int blocks) {}
