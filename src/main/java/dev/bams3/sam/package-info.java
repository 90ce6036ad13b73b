/**
 * The SAM data model over BAM bytes
 *
 * <p>May use: {@link dev.bams3.sam.BamRecord}:genome, error. Read first:  header, record fields, flags, selections..
 */
@NullMarked
package dev.bams3.sam;

import org.jspecify.annotations.NullMarked;
