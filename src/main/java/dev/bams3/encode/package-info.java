/**
 * Blocks of BAM records to the bytes of an answer
 *
 * <p>May use: {@link dev.bams3.encode.RecordEncoder}:bam, bgzf, sam, genome, error. Read first:  BAM, SAM, JSON, NDJSON..
 */
@NullMarked
package dev.bams3.encode;

import org.jspecify.annotations.NullMarked;
