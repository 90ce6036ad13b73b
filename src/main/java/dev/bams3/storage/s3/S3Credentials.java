package dev.bams3.storage.s3;

/** A fixed key pair, where the default chain is not to be asked. Never printed. */
public record S3Credentials(String accessKeyId, String secretAccessKey) {
    @Override
    public String toString() {
        return "S3Credentials[hidden]";
    }
}
