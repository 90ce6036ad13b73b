/**
 * The BAMS3 format: metadata, block index and chunk objects; bytes to model and back, no input or output; the block codec is
 * {@code format.block}.
 *
 * <p>Read first: {@link dev.bams3.format.DatasetMetadata}, {@link
 * dev.bams3.format.BlockEntry}, {@link dev.bams3.format.block.BlockDecoder}. The bytes are specified in {@code docs/format.md}.
 */
@NullMarked
package dev.bams3.format;

import org.jspecify.annotations.NullMarked;
