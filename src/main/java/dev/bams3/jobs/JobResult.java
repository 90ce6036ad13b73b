package dev.bams3.jobs;

import dev.bams3.format.DatasetMetadata;
import java.util.List;

/**
 * The dataset that a job has published.
 *
 * @param uuid of the dataset's contents
 * @param generation folder of its objects
 * @param records how many it has
 * @param recordBytes bytes of BAM records
 * @param digest over all records in file order, 16 hexadecimal digits
 * @param chunks number of chunk objects
 * @param chunkBytes bytes of them
 * @param indexBytes bytes of the block index
 * @param sorted whether the records had to be sorted
 * @param warnings what the source has that is not right, and was converted as it is
 */
public record JobResult(
        String uuid,
        String generation,
        long records,
        long recordBytes,
        String digest,
        int chunks,
        long chunkBytes,
        long indexBytes,
        boolean sorted,
        List<Warning> warnings) {
    public JobResult {
        warnings = List.copyOf(warnings);
    }

    /**
     * Warnings of one kind.
     *
     * @param kind a word, such as `past-reference-end`
     * @param count of records or lines
     * @param example one of them
     */
    public record Warning(String kind, long count, String example) {}

    static JobResult of(DatasetMetadata metadata) {
        return new JobResult(
                metadata.uuid().toString(),
                metadata.generation(),
                metadata.digest().records(),
                metadata.digest().bytes(),
                metadata.digest().hex(),
                metadata.chunks().count(),
                metadata.chunks().length(),
                metadata.index().length(),
                metadata.source().sortedOnConversion(),
                metadata.source().warnings().stream()
                        .map(warning -> new Warning(warning.kind(), warning.count(), warning.example()))
                        .toList());
    }
}
