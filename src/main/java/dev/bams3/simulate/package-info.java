/**
 * Realistic, seeded test BAMs of any size, written in coordinate order.
 *
 * <p>Read first: {@link dev.bams3.simulate.Simulator}.
 */
@NullMarked
package dev.bams3.simulate;

import org.jspecify.annotations.NullMarked;
