/**
 * The SAM data model over BAM bytes: header, record fields, tags, flags, selections.
 *
 * <p>Read first: {@link dev.bams3.sam.BamRecord}, {@link dev.bams3.sam.SamTags}.
 */
@NullMarked
package dev.bams3.sam;

import org.jspecify.annotations.NullMarked;
