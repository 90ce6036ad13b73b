/**
 * CRAM 2.1, 3.0 and 3.1 files as BAM records (specification of 2024-09-04). Blocks are decompressed by htsjdk; containers,
 * encodings, records and references are read here, with the results of htslib.
 *
 * <p>Read first: {@link dev.bams3.source.cram.CramReader}, then {@code SliceDecoder}.
 */
@NullMarked
package dev.bams3.source.cram;

import org.jspecify.annotations.NullMarked;
