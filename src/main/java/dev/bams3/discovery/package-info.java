/**
 * Questions about datasets, as values: requests read and checked, answers as JSON and SVG documents.
 *
 * <p>Read first: {@link dev.bams3.discovery.CoverageRequest}.
 */
@NullMarked
package dev.bams3.discovery;

import org.jspecify.annotations.NullMarked;
