/**
 * Files that end with their process: their owner holds a lock on them, by which the next process knows what a killed one left
 * behind, and removes it.
 *
 * <p>Read first: {@link dev.bams3.temporary.OwnedFile}.
 */
@NullMarked
package dev.bams3.temporary;

import org.jspecify.annotations.NullMarked;
