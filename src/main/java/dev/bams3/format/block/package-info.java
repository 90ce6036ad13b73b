/**
 * The block codec: BAM records to columns and back, each column as one stream.
 *
 * <p>Read first: {@link dev.bams3.format.block.BlockDecoder}.
 */
@NullMarked
package dev.bams3.format.block;

import org.jspecify.annotations.NullMarked;
