package dev.bams3.jobs;

/**
 * The source as it was when the job was accepted; other bytes under its name are not converted.
 *
 * @param etag identity of the bytes
 * @param size bytes
 * @param format `BAM`, `SAM` or `CRAM`
 */
public record JobSource(String etag, long size, String format) {}
