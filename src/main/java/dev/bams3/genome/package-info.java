/**
 * Coordinates
 *
 * <p>Read first: {@link dev.bams3.genome.Region}.
 */
@NullMarked
package dev.bams3.genome;

import org.jspecify.annotations.NullMarked;
