/**
 * The failure vocabulary
 *
 * <p>May use: {@link dev.bams3.error.ReadsException}:nothing. Read first:  one unchecked exception with a kind, the resource and the field..
 */
@NullMarked
package dev.bams3.error;

import org.jspecify.annotations.NullMarked;
