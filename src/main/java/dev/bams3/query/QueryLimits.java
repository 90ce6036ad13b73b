package dev.bams3.query;

/**
 * What turning stored blocks into answers may take of the process.
 *
 * @param blocksInFlight blocks of one request that are being decoded and encoded, or wait to be written; about twice the
 *     threads of the pool
 * @param encodedBytes bytes of encoded blocks, all requests together; a quarter is kept for requests that hold none
 */
public record QueryLimits(int blocksInFlight, long encodedBytes) {
    public QueryLimits {
        if (blocksInFlight < 1 || encodedBytes < 1024) {
            throw new IllegalArgumentException("not query limits: " + blocksInFlight + ", " + encodedBytes);
        }
    }
}
