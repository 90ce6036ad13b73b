/**
 * The command line: what each command takes, prints and returns; how the program is installed.
 *
 * <p>Read first:
 * {@link dev.bams3.cli.Commands}.
 */
@NullMarked
package dev.bams3.cli;

import org.jspecify.annotations.NullMarked;
