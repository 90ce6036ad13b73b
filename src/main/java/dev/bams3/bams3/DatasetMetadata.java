package dev.bams3.bams3;

import java.util.UUID;

/** Contents of {@code _metadata.json}: the commit of a dataset. To be completed by its owner. */
public record DatasetMetadata(UUID uuid, String generation) {}
