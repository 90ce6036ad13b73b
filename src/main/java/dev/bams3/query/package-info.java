/**
 * The read use case: open, plan, fetch, encode, as one object per request.
 *
 * <p>May use: dataset, plan, fetch, encode, bgzf (its pooled deflaters, passed on to encode), bams3, flow, sam, genome, error. Read first: {@link dev.bams3.query.ReadsQuery}.
 */
@NullMarked
package dev.bams3.query;

import org.jspecify.annotations.NullMarked;
