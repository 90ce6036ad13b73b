/**
 * The failure vocabulary
 *
 * <p>Read first: {@link dev.bams3.error.ReadsException}, one unchecked exception with a kind, the resource and the field.
 */
@NullMarked
package dev.bams3.error;

import org.jspecify.annotations.NullMarked;
