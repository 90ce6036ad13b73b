/**
 * The BAMS3 format
 *
 * <p>May use: {@link dev.bams3.bams3.BlockDecoder}:sam, genome, error. Read first:  metadata, block index, chunk objects and the block codec; bytes to model and back, no input or output..
 */
@NullMarked
package dev.bams3.bams3;

import org.jspecify.annotations.NullMarked;
