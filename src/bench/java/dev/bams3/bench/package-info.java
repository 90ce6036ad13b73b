/** Measurements of speed: programs to run by hand, not tests. */
@NullMarked
package dev.bams3.bench;

import org.jspecify.annotations.NullMarked;
