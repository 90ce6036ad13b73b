package dev.bams3.fetch;

/**
 * What fetching may take of the process.
 *
 * @param gets ranged GETs in flight, all requests together; the store's connection pool must have as many
 * @param getsPerRequest ranged GETs in flight of one request, 1 to {@code gets}
 * @param bytes stored bytes held, all requests together; a quarter is kept for requests that hold none
 * @param readAhead stored bytes that one request fetches ahead of what it has handed on
 */
public record FetchLimits(int gets, int getsPerRequest, long bytes, int readAhead) {
    public FetchLimits {
        if (gets < 1 || getsPerRequest < 1 || getsPerRequest > gets || bytes < 1024 || readAhead < 1) {
            throw new IllegalArgumentException(
                    "not fetch limits: " + gets + ", " + getsPerRequest + ", " + bytes + ", " + readAhead);
        }
    }
}
