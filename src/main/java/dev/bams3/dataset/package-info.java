/**
 * Finds and opens datasets by id or address; metadata pinned to one generation, caches.
 *
 * <p>Read first: {@link dev.bams3.dataset.Datasets}.
 */
@NullMarked
package dev.bams3.dataset;

import org.jspecify.annotations.NullMarked;
