/**
 * Files of reads to datasets and back: read, cut into blocks, encode, upload, commit last; and the proof that nothing was
 * lost.
 *
 * <p>Read first:
 * {@link dev.bams3.convert.Converter}.
 */
@NullMarked
package dev.bams3.convert;

import org.jspecify.annotations.NullMarked;
