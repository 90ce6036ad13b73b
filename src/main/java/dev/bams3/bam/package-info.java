/**
 * BAM files (SAMv1 § 4.2, 2024-11-06): the binary header and the cutting of inflated bytes into records.
 *
 * <p>Read first: {@link dev.bams3.bam.BamReader}, {@link dev.bams3.bam.BamHeader}.
 */
@NullMarked
package dev.bams3.bam;

import org.jspecify.annotations.NullMarked;
