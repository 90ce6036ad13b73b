/**
 * BGZF, the blocked gzip of BAM files (SAMv1 § 4.1, 2024-11-06): splitting, inflating and compressing blocks.
 *
 * <p>Read first: {@link dev.bams3.bgzf.BgzfBlock}, {@link dev.bams3.bgzf.BgzfInflaters},
 * {@link dev.bams3.bgzf.BgzfDeflaters}.
 */
@NullMarked
package dev.bams3.bgzf;

import org.jspecify.annotations.NullMarked;
