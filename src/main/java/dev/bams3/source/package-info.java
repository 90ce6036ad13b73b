/**
 * Where reads come from: BAM, SAM and CRAM files, as BAM records in file order.
 *
 * <p>Read first: {@link dev.bams3.source.RecordSource}.
 */
@NullMarked
package dev.bams3.source;

import org.jspecify.annotations.NullMarked;
