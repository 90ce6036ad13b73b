package dev.bams3.convert;

import dev.bams3.format.StreamDigest;

/**
 * A shard all of whose chunks are stored.
 *
 * @param shard what was converted
 * @param chunks chunk objects of it
 * @param chunksMade those that this run made; the others were there
 * @param digest of its records
 * @param storedBytes of its chunk objects
 */
public record ShardResult(Shard shard, int chunks, int chunksMade, StreamDigest digest, long storedBytes) {}
