package dev.bams3.storage;

import java.time.Instant;

/**
 * An upload that was begun and has neither been completed nor closed: under way, or of a process that died.
 *
 * @param key of the object that it was to make
 * @param id by which the store knows it
 * @param begun by the store's clock
 */
public record UnfinishedUpload(ObjectKey key, String id, Instant begun) {}
