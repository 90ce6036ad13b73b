/**
 * Virtual files: a dataset as an indexed BAM file that is stored nowhere; any range of its bytes can be written.
 *
 * <p>May use: query, dataset, format, bam, bgzf, sam, error. Read first: {@link dev.bams3.files.VirtualBam}.
 */
@NullMarked
package dev.bams3.files;

import org.jspecify.annotations.NullMarked;
