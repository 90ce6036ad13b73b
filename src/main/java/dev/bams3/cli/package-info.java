/**
 * The command line: convert, export, verify, stats, query, simulate.
 *
 * <p>May use: query, convert, simulate, dataset, storage, encode, bams3, bam, sam, genome, error. Read first:
 * {@link dev.bams3.cli.Commands}.
 */
@NullMarked
package dev.bams3.cli;

import org.jspecify.annotations.NullMarked;
