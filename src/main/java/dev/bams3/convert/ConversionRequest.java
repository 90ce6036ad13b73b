package dev.bams3.convert;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.source.SourceObject;

/**
 * A conversion that can be run more than once, by one process after the other, until one of them publishes.
 *
 * @param key that all its runs share
 * @param source pinned to the bytes it had when the conversion was asked for
 * @param destination where the dataset goes
 * @param options those for verification, sort memory and temporary folder may differ between runs
 */
public record ConversionRequest(
        ConversionKey key, SourceObject source, DatasetLocation destination, ConversionOptions options) {}
