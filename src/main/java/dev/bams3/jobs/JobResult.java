package dev.bams3.jobs;

import dev.bams3.format.DatasetMetadata;

/**
 * What a job published.
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
        boolean sorted) {
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
                metadata.source().sortedOnConversion());
    }
}
