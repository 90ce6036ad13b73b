package dev.bams3.storage;

/**
 * A whole object.
 *
 * @param body its bytes; owned by the receiver
 * @param etag identity of these bytes
 */
public record StoredObject(byte[] body, ETag etag) {}
