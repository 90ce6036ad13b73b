package dev.bams3.jobs;

import dev.bams3.storage.StoreUri;

/**
 * A request to convert.
 *
 * @param source address of the file, {@code s3://bucket/key}, {@code https://host/path?signature} or {@code file:/path}, as
 *     it was resolved
 * @param dataset id of the dataset to make
 * @param options how
 */
public record JobRequest(String source, String dataset, JobOptions options) {
    /** The source as it may be shown: without the signature of a presigned address. */
    public String sourceWithoutSecrets() {
        return withoutSecrets(source);
    }

    static String withoutSecrets(String address) {
        return StoreUri.isWeb(address) ? address.split("\\?", 2)[0] : address;
    }
}
