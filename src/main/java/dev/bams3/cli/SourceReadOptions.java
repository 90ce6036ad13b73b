package dev.bams3.cli;

import dev.bams3.convert.ConversionOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how a source is read and, where it has to be, sorted. */
final class SourceReadOptions {
    @Option(
            names = "--reference",
            paramLabel = "<fasta>",
            description = "FASTA file (with .fai) of the references, for CRAM.")
    private @Nullable Path reference;

    @Option(
            names = "--allow-missing-eof",
            description = "Accept a BAM without its end-of-file block, although it may have lost records.")
    private boolean allowMissingEof;

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

    ConversionOptions applyTo(ConversionOptions options) {
        return options.withAllowMissingEndOfFile(allowMissingEof)
                .withReference(Optional.ofNullable(reference))
                .withSort(
                        sortMemory == null ? options.sortMemory() : sortMemory.bytes(),
                        temporary == null ? options.temporary() : temporary);
    }
}
