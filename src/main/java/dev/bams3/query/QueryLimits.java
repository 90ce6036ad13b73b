package dev.bams3.query;

import dev.bams3.flow.MemoryLimits;

/**
 * What turning stored blocks into answers may take of the process.
 *
 * @param blocksInFlight blocks of one request that are being decoded and encoded, or wait to be written; about twice the
 *     threads of the pool
 * @param encodedBytes bytes of encoded blocks, all requests together; a quarter is kept for requests that hold none
 * @param maxBlockBytes most bytes of a block, stored or decoded; what has a larger one is refused
 * @param mergedBytes bytes of records that answers of cohorts hold while they are merged, all together
 */
public record QueryLimits(int blocksInFlight, long encodedBytes, int maxBlockBytes, long mergedBytes) {
    public QueryLimits {
        if (blocksInFlight < 1 || encodedBytes < 1024 || maxBlockBytes < 1024 || mergedBytes < 1024) {
            throw new IllegalArgumentException("not query limits: " + blocksInFlight + ", " + encodedBytes + ", "
                    + maxBlockBytes + ", " + mergedBytes);
        }
    }

    /** Limits with merging as the heap of this process allows. */
    public QueryLimits(int blocksInFlight, long encodedBytes, int maxBlockBytes) {
        this(
                blocksInFlight,
                encodedBytes,
                maxBlockBytes,
                MemoryLimits.ofProcess().merging());
    }

    /** Limits with blocks as large as the heap of this process allows. */
    public QueryLimits(int blocksInFlight, long encodedBytes) {
        this(
                blocksInFlight,
                encodedBytes,
                MemoryLimits.ofProcess().block(),
                MemoryLimits.ofProcess().merging());
    }
}
