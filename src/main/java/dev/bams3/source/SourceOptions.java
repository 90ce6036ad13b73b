package dev.bams3.source;

import java.util.Optional;

/**
 * How a source is read.
 *
 * @param allowMissingEndOfFile whether a file without its end-of-file mark is accepted, which may have lost records
 * @param reference FASTA file of a CRAM's references
 * @param allowUnknownReferences whether reads of SAM text whose reference the header lacks become unmapped; else the file
 *     is refused
 */
public record SourceOptions(
        boolean allowMissingEndOfFile, Optional<ReferenceFile> reference, boolean allowUnknownReferences) {
    public static final SourceOptions DEFAULT = new SourceOptions(false, Optional.empty(), false);

    public SourceOptions withAllowMissingEndOfFile(boolean allow) {
        return new SourceOptions(allow, reference, allowUnknownReferences);
    }

    public SourceOptions withReference(Optional<ReferenceFile> newReference) {
        return new SourceOptions(allowMissingEndOfFile, newReference, allowUnknownReferences);
    }

    public SourceOptions withAllowUnknownReferences(boolean allow) {
        return new SourceOptions(allowMissingEndOfFile, reference, allow);
    }
}
