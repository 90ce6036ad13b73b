/**
 * From records to the bins of a depth summary: changes of depth, block by block, merged in file order. No input or output.
 */
@NullMarked
package dev.bams3.depth;

import org.jspecify.annotations.NullMarked;
