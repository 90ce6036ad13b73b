package dev.bams3.storage;

import java.time.Instant;

/**
 * The metadata of a stored object.
 *
 * @param key its key
 * @param size bytes
 * @param etag identity of these bytes
 * @param modified when it was written, by the store's clock
 */
public record ObjectInfo(ObjectKey key, long size, ETag etag, Instant modified) {}
