/**
 * Cohorts: several datasets that are asked for together, named by a pattern or by a list in the store.
 *
 * <p>Read first: {@link dev.bams3.cohort.Cohorts}.
 */
@NullMarked
package dev.bams3.cohort;

import org.jspecify.annotations.NullMarked;
