package dev.bams3.cli;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.source.ReferenceFile;
import dev.bams3.storage.ObjectUri;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how a source is read and, where it has to be, sorted. */
final class SourceReadOptions {
    @Option(
            names = "--reference",
            paramLabel = "<fasta>",
            description =
                    "FASTA file of a CRAM's references, with .fai (and .gzi) beside it: path, file:, s3:// or https:// address."
                            + " Others are looked for by MD5 in the folders REF_CACHE and REF_PATH.")
    private @Nullable String reference;

    @Option(
            names = "--allow-missing-eof",
            description = "Accept a BAM or CRAM without its end-of-file mark, although it may have lost records.")
    private boolean allowMissingEof;

    @Option(
            names = "--allow-unknown-references",
            description = "Make reads of SAM text unmapped whose reference the header lacks, as samtools does; they are"
                    + " counted.")
    private boolean allowUnknownReferences;

    @Option(
            names = "--sort-memory",
            paramLabel = "<size>",
            description = "Memory for sorting, such as 1GiB (default: 192MiB).")
    private @Nullable ByteSize sortMemory;

    @Option(
            names = "--temporary",
            paramLabel = "<folder>",
            description = "Folder for sorting and for a copy of standard input; needs about the size of the source"
                    + " (default: the system's).")
    private @Nullable Path temporary;

    /** @param context opens the store of the references */
    ConversionOptions applyTo(ConversionOptions options, CommandContext context) {
        return options.withAllowMissingEndOfFile(allowMissingEof)
                .withAllowUnknownReferences(allowUnknownReferences)
                .withReference(Optional.ofNullable(reference)
                        .map(address -> ReferenceFile.at(
                                ObjectUri.parse("--reference", address),
                                root -> context.environment().store(root))))
                .withSort(
                        sortMemory == null ? options.sortMemory() : sortMemory.bytes(),
                        temporary == null ? options.temporary() : temporary);
    }
}
