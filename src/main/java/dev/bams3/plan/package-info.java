/**
 * Decides which blocks and byte ranges answer a selection; values in, an immutable plan out, no input or output.
 *
 * <p>May use: bams3, sam, genome, error. Read first: {@link dev.bams3.plan.ReadPlanner}.
 */
@NullMarked
package dev.bams3.plan;

import org.jspecify.annotations.NullMarked;
