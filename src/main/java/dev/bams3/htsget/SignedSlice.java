package dev.bams3.htsget;

import dev.bams3.sam.ReadSelection;

/**
 * A piece of an answer, as an address in a ticket names it.
 *
 * @param dataset id of the dataset
 * @param generation of the dataset that the ticket was made from
 * @param selection of the request; first and count index the blocks of its plan
 * @param firstBlock index in the plan
 * @param blocks how many, 0 or more
 * @param end whether the terminator of the format follows
 */
public record SignedSlice(
        String dataset, String generation, ReadSelection selection, int firstBlock, int blocks, boolean end) {}
