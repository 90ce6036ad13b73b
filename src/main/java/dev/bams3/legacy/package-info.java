/**
 * Datasets of the prototypes that were published before 1.0: versions 0.1 in two JSON dialects and 0.2, binary, each from a
 * BAM or from SAM text on standard input. They are read, never written; nothing else knows their bytes.
 */
@NullMarked
package dev.bams3.legacy;

import org.jspecify.annotations.NullMarked;
