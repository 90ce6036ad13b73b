package dev.bams3.source;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a source is read.
 *
 * @param allowMissingEndOfFile whether a BAM without its end-of-file block is accepted, which may have lost records
 * @param reference FASTA file (with its .fai) of a CRAM's references
 */
public record SourceOptions(boolean allowMissingEndOfFile, Optional<Path> reference) {
    public static final SourceOptions DEFAULT = new SourceOptions(false, Optional.empty());
}
