/**
 * Datasets read as a whole: export to BAM, and verification.
 *
 * <p>Read first: {@link dev.bams3.export.Exporter}.
 */
@NullMarked
package dev.bams3.export;

import org.jspecify.annotations.NullMarked;
