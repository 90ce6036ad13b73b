/**
 * Coordinates
 *
 * <p>May use: {@link dev.bams3.genome.Region}:error. Read first:  0-based half-open intervals, regions as people write them, the reference dictionary..
 */
@NullMarked
package dev.bams3.genome;

import org.jspecify.annotations.NullMarked;
