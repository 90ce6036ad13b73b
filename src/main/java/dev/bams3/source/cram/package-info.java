/**
 * CRAM 2.1, 3.0 and 3.1 files as BAM records (specification of 2024-09-04), with the results of htslib. Only gzip, bzip2 and
 * xz are decompressed by libraries.
 *
 * <p>Read first: {@link dev.bams3.source.cram.CramReader}, then {@code SliceDecoder}.
 */
@NullMarked
package dev.bams3.source.cram;

import org.jspecify.annotations.NullMarked;
