package dev.bams3.jobs;

import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.Compression;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Options of a job's conversion; an absent one has the converter's default.
 *
 * @param chunkBytes bytes of BAM records at which a chunk object is full, 64 KiB to 256 MiB
 * @param blockRecords records that a block should have before it is full, 1 to 100,000
 * @param level of zstd, 1 (fastest) to 19 (smallest)
 * @param sort whether records that are not in coordinate order are sorted; else they are refused
 * @param replace whether a dataset of this name may be there already, and is replaced; one that others publish later is not
 * @param reference FASTA file (with .fai) of a CRAM's references: an address within the permitted sources
 * @param verify whether every block is decoded again before it is stored
 * @param allowUnknownReferences whether reads of SAM text whose reference the header lacks become unmapped; else the
 *     source is refused
 * @param sha256 whether the metadata gets a SHA-256 of all records; the source is then converted in one piece
 */
public record JobOptions(
        OptionalLong chunkBytes,
        OptionalInt blockRecords,
        OptionalInt level,
        boolean sort,
        boolean replace,
        Optional<String> reference,
        boolean verify,
        boolean allowUnknownReferences,
        boolean sha256) {
    public static final JobOptions DEFAULT = new JobOptions(
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            true,
            false,
            Optional.empty(),
            true,
            false,
            false);

    private static final long MIN_CHUNK = 64L << 10;
    private static final long MAX_CHUNK = 256L << 20;
    private static final int MAX_BLOCK_RECORDS = 100_000;

    /** @throws ReadsException INVALID_INPUT naming the option */
    public JobOptions {
        check(
                chunkBytes.isEmpty() || (chunkBytes.getAsLong() >= MIN_CHUNK && chunkBytes.getAsLong() <= MAX_CHUNK),
                "chunkBytes",
                "must be " + MIN_CHUNK + " to " + MAX_CHUNK);
        check(
                blockRecords.isEmpty()
                        || (blockRecords.getAsInt() >= 1 && blockRecords.getAsInt() <= MAX_BLOCK_RECORDS),
                "blockRecords",
                "must be 1 to " + MAX_BLOCK_RECORDS);
        check(
                level.isEmpty() || (level.getAsInt() >= 1 && level.getAsInt() <= Compression.MAX_LEVEL),
                "level",
                "must be 1 to " + Compression.MAX_LEVEL);
    }

    /** The reference as it may be shown: without the signature of a presigned address. */
    public Optional<String> referenceWithoutSecrets() {
        return reference.map(JobRequest::withoutSecrets);
    }

    private static void check(boolean condition, String option, String message) {
        if (!condition) {
            throw ReadsException.invalidInput("options." + option, message);
        }
    }
}
