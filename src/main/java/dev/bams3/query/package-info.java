/**
 * The read use case: open, plan, fetch, encode, as one object per request.
 *
 * <p>Read first: {@link dev.bams3.query.ReadsQuery}.
 */
@NullMarked
package dev.bams3.query;

import org.jspecify.annotations.NullMarked;
