package dev.bams3.dataset;

import java.time.Duration;

/**
 * Sizes and lifetimes of the caches of {@link Datasets}. Bytes are estimates of heap; together they bound it.
 *
 * @param metadataTtl how long a dataset is served as it was last seen: a replaced or removed one is noticed by then. 0 asks
 *     the store at every open
 * @param missingTtl how long an id is taken for unknown once it was; 0 asks every time
 * @param metadataBytes of metadata
 * @param headerBytes of header texts
 * @param indexBytes of block lists, chunk tables, and indexes of virtual files, which take an eighth; a human genome at 30x has 27 MB
 */
public record DatasetCacheSettings(
        Duration metadataTtl, Duration missingTtl, long metadataBytes, long headerBytes, long indexBytes) {
    public static final DatasetCacheSettings DEFAULT =
            new DatasetCacheSettings(Duration.ofSeconds(10), Duration.ofSeconds(2), 32 << 20, 16 << 20, 64 << 20);

    /** @throws IllegalArgumentException naming the component that is out of its bounds */
    public DatasetCacheSettings {
        requireTime(metadataTtl, "metadataTtl");
        requireTime(missingTtl, "missingTtl");
        requireBytes(metadataBytes, "metadataBytes");
        requireBytes(headerBytes, "headerBytes");
        requireBytes(indexBytes, "indexBytes");
    }

    private static void requireTime(Duration time, String name) {
        if (time.isNegative() || time.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + ": 0 to 1 day");
        }
    }

    private static void requireBytes(long bytes, String name) {
        if (bytes < 0) {
            throw new IllegalArgumentException(name + ": 0 or more");
        }
    }
}
