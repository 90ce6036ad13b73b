/**
 * Decides which blocks and byte ranges answer a selection; values in, an immutable plan out, no input or output.
 *
 * <p>Read first: {@link dev.bams3.plan.ReadPlanner}.
 */
@NullMarked
package dev.bams3.plan;

import org.jspecify.annotations.NullMarked;
