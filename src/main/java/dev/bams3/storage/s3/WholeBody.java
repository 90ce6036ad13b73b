package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.StoredObject;
import java.io.IOException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads a whole body inside the SDK's call, unless it is over the limit. */
final class WholeBody implements ResponseTransformer<GetObjectResponse, StoredObject> {
    private final String resource;
    private final int limit;

    WholeBody(String resource, int limit) {
        this.resource = resource;
        this.limit = limit;
    }

    @Override
    public StoredObject transform(GetObjectResponse response, AbortableInputStream stream) {
        Long length = response.contentLength();
        if (length == null || length > limit) {
            stream.abort();
            throw length == null
                    ? ReadsException.about(ErrorKind.UNAVAILABLE, resource, "the server does not tell the length")
                    : ReadsException.about(
                            ErrorKind.TOO_LARGE, resource, length + " bytes, where at most " + limit + " fit");
        }
        try {
            byte[] body = new byte[Math.toIntExact(length)];
            int read = stream.readNBytes(body, 0, body.length);
            // The read behind the last byte is where the SDK compares the checksum.
            if (read < body.length || stream.read() >= 0) {
                throw new IOException("the body has not its " + length + " bytes");
            }
            return new StoredObject(body, S3ObjectStore.etag(resource, response.eTag()));
        } catch (IOException e) {
            throw RetryableException.create("the body broke off", e);
        }
    }
}
