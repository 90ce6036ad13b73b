package dev.bams3.query;

/**
 * What an answer took and gave, for logs and metrics.
 *
 * @param records written
 * @param scanned records decoded to find them
 * @param bytesOut written to the client
 * @param bytesFetched of chunk objects
 * @param gets ranged GETs of chunk objects
 */
public record ReadTotals(long records, long scanned, long bytesOut, long bytesFetched, int gets) {
    /** The totals of two answers. */
    public ReadTotals plus(ReadTotals other) {
        return new ReadTotals(
                records + other.records,
                scanned + other.scanned,
                bytesOut + other.bytesOut,
                bytesFetched + other.bytesFetched,
                gets + other.gets);
    }
}
