/**
 * The life of a published dataset: commit, replacement, removal, and the sweep of what no reader can reach.
 *
 * <p>Read first: {@link dev.bams3.lifecycle.DatasetCommit}.
 */
@NullMarked
package dev.bams3.lifecycle;

import org.jspecify.annotations.NullMarked;
