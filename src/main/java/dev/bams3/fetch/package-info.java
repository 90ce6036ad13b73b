/**
 * Runs a plan: bounded, fair, cancellable ranged GETs and the blocks in plan order.
 *
 * <p>Read first: {@link dev.bams3.fetch.BlockStream}.
 */
@NullMarked
package dev.bams3.fetch;

import org.jspecify.annotations.NullMarked;
