/**
 * The BAMS3 format: metadata, block index, chunk objects and the block codec; bytes to model and back, no input or output.
 *
 * <p>May use: sam, genome, error. Read first: {@link dev.bams3.bams3.DatasetMetadata}, {@link
 * dev.bams3.bams3.BlockEntry}, {@link dev.bams3.bams3.BlockDecoder}. The bytes are specified in {@code docs/format.md}.
 */
@NullMarked
package dev.bams3.bams3;

import org.jspecify.annotations.NullMarked;
