/**
 * Runs a plan: bounded, fair, cancellable ranged GETs and the blocks in plan order.
 *
 * <p>May use: plan, storage, bams3, flow, error. Read first: {@link dev.bams3.fetch.BlockStream}.
 */
@NullMarked
package dev.bams3.fetch;

import org.jspecify.annotations.NullMarked;
