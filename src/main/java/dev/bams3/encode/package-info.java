/**
 * Blocks of BAM records to the bytes of an answer: BAM, SAM, JSON, NDJSON, TSV and Arrow.
 *
 * <p>Read first: {@link dev.bams3.encode.RecordEncoder},
 * {@link dev.bams3.encode.AnswerWriter}.
 */
@NullMarked
package dev.bams3.encode;

import org.jspecify.annotations.NullMarked;
