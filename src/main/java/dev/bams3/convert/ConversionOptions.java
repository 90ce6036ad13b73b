package dev.bams3.convert;

import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.lifecycle.Replacement;
import dev.bams3.source.ReferenceFile;
import dev.bams3.source.SourceOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to convert.
 *
 * @param replace which dataset of this name may be there already, to be replaced
 * @param verify whether every block is decoded again and compared with the source's bytes before it is stored
 * @param source how the source is read
 * @param sizing where blocks and chunks end
 * @param compression of blocks
 * @param sort whether records that are not in coordinate order are sorted; else they are refused
 * @param sortMemory bytes of records held in memory while an unsorted source is sorted, 3 MiB to 3 GiB
 * @param temporary folder for sorted runs; about the size of the source is needed there, if the source is unsorted
 * @param sha256 whether the metadata gets a SHA-256 of all records, if one run converts them all
 */
public record ConversionOptions(
        Replacement replace,
        boolean verify,
        SourceOptions source,
        BlockSizing sizing,
        Compression compression,
        boolean sort,
        long sortMemory,
        Path temporary,
        boolean sha256) {
    private static final long MIB = 1L << 20;

    public static final ConversionOptions DEFAULT = new ConversionOptions(
            new Replacement.Nothing(),
            true,
            SourceOptions.DEFAULT,
            BlockSizing.DEFAULT,
            Compression.DEFAULT,
            true,
            192 * MIB,
            Path.of(System.getProperty("java.io.tmpdir")),
            false);

    public ConversionOptions {
        if (sortMemory < 3 * MIB || sortMemory > 3072 * MIB) {
            throw ReadsException.invalidInput("sort-memory", "must be 3 MiB to 3 GiB, is " + sortMemory + " bytes");
        }
    }

    /** @param whatIsThere whether a dataset may be there when the conversion begins, which is then replaced */
    public ConversionOptions withReplace(boolean whatIsThere) {
        return withReplace(whatIsThere ? new Replacement.WhatIsThere() : new Replacement.Nothing());
    }

    public ConversionOptions withReplace(Replacement newReplace) {
        return new ConversionOptions(
                newReplace, verify, source, sizing, compression, sort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withVerify(boolean newVerify) {
        return new ConversionOptions(
                replace, newVerify, source, sizing, compression, sort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withSource(SourceOptions newSource) {
        return new ConversionOptions(
                replace, verify, newSource, sizing, compression, sort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withAllowMissingEndOfFile(boolean allow) {
        return withSource(source.withAllowMissingEndOfFile(allow));
    }

    public ConversionOptions withReference(Optional<ReferenceFile> newReference) {
        return withSource(source.withReference(newReference));
    }

    public ConversionOptions withAllowUnknownReferences(boolean allow) {
        return withSource(source.withAllowUnknownReferences(allow));
    }

    public ConversionOptions withSizing(BlockSizing newSizing) {
        return new ConversionOptions(
                replace, verify, source, newSizing, compression, sort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withCompression(Compression newCompression) {
        return new ConversionOptions(
                replace, verify, source, sizing, newCompression, sort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withSort(boolean newSort) {
        return new ConversionOptions(
                replace, verify, source, sizing, compression, newSort, sortMemory, temporary, sha256);
    }

    public ConversionOptions withSort(long newSortMemory, Path newTemporary) {
        return new ConversionOptions(
                replace, verify, source, sizing, compression, sort, newSortMemory, newTemporary, sha256);
    }

    public ConversionOptions withSha256(boolean newSha256) {
        return new ConversionOptions(
                replace, verify, source, sizing, compression, sort, sortMemory, temporary, newSha256);
    }
}
