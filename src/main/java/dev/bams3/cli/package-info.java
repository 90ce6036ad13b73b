/**
 * The command line: convert, export, verify, stats, query, simulate.
 *
 * <p>Read first:
 * {@link dev.bams3.cli.Commands}.
 */
@NullMarked
package dev.bams3.cli;

import org.jspecify.annotations.NullMarked;
