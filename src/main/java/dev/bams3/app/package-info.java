/**
 * The composition root: explicit beans, typed configuration, the main class.
 *
 * <p>May use everything. Read first: {@link dev.bams3.app.Bams3}.
 */
@NullMarked
package dev.bams3.app;

import org.jspecify.annotations.NullMarked;
