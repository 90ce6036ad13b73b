package dev.bams3.jobs;

/**
 * What was asked for.
 *
 * @param source address of the file, {@code s3://bucket/key} or {@code file:/path}, as it was resolved
 * @param dataset id of the dataset to make
 * @param options how
 */
public record JobRequest(String source, String dataset, JobOptions options) {}
