/**
 * External sort of BAM records into coordinate order, within bounded memory.
 *
 * <p>Read first: {@link dev.bams3.sort.ExternalSort}.
 */
@NullMarked
package dev.bams3.sort;

import org.jspecify.annotations.NullMarked;
