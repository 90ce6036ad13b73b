/**
 * Bounded, ordered, cancellable concurrency, used by reading and converting alike.
 *
 * <p>Read first: {@link dev.bams3.flow.OrderedTasks}.
 */
@NullMarked
package dev.bams3.flow;

import org.jspecify.annotations.NullMarked;
