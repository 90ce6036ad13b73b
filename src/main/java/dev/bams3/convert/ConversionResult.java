package dev.bams3.convert;

import dev.bams3.format.DatasetMetadata;

/**
 * A conversion that was published.
 *
 * @param metadata of the dataset: sizes, counts, digest, generation
 * @param chunksMade chunk objects that this run made
 * @param chunksKept chunk objects that earlier runs had finished, or shards that were converted elsewhere
 */
public record ConversionResult(DatasetMetadata metadata, int chunksMade, int chunksKept) {}
