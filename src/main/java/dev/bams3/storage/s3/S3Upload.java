package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** An object written by one request if it fits a part, and as a multipart upload otherwise. Holds one part in memory. */
final class S3Upload implements ObjectUpload {
    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
    private static final int FIRST_BUFFER = 1 << 20;
    private static final int MAX_PARTS = 10_000; // Amazon S3 multipart upload limits

    private final S3ObjectStore store;
    private final S3Client client;
    private final String bucket;
    private final String path;
    private final ObjectKey key;
    private final int partSize;
    private final String marker = UUID.randomUUID().toString();
    private final List<CompletedPart> parts = new ArrayList<>();

    private byte[] part = new byte[0];
    private int filled;
    private boolean open = true;
    // Set from the first part to the end, whichever it is.
    private @Nullable String uploadId;

    S3Upload(S3ObjectStore store, S3Client client, String bucket, String path, ObjectKey key, int partSize) {
        this.store = store;
        this.client = client;
        this.bucket = bucket;
        this.path = path;
        this.key = key;
        this.partSize = partSize;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        requireOpen();
        int from = offset;
        int end = Math.addExact(offset, length);
        while (from < end) {
            if (filled == partSize) {
                sendPart();
            }
            int taken = Math.min(end - from, partSize - filled);
            if (filled + taken > part.length) {
                int grown = (int) Math.min(partSize, Math.max(2L * part.length, FIRST_BUFFER));
                part = Arrays.copyOf(part, Math.max(grown, filled + taken));
            }
            System.arraycopy(buffer, from, part, filled, taken);
            filled += taken;
            from += taken;
        }
    }

    private void sendPart() {
        open = false;
        int number = parts.size() + 1;
        if (number > MAX_PARTS) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    store.name(key),
                    "over " + MAX_PARTS + " parts of " + partSize + " bytes: make the parts larger");
        }
        String id = begun();
        String etag = store.call(
                key,
                () -> client.uploadPart(
                                request -> request.bucket(bucket)
                                        .key(path)
                                        .uploadId(id)
                                        .partNumber(number),
                                S3ObjectStore.body(part, filled))
                        .eTag());
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        filled = 0;
        open = true;
    }

    private String begun() {
        if (uploadId == null) {
            uploadId = store.call(
                    key,
                    () -> client.createMultipartUpload(request ->
                                    request.bucket(bucket).key(path).metadata(Map.of(S3ObjectStore.MARKER, marker)))
                            .uploadId());
        }
        return uploadId;
    }

    @Override
    public ETag complete() {
        requireOpen();
        if (uploadId == null) {
            open = false;
            return store.put(key, part, filled, PutCondition.always());
        }
        if (filled > 0) {
            sendPart();
        }
        open = false;
        String id = uploadId;
        ETag etag = store.call(key, () -> complete(id));
        uploadId = null;
        return etag;
    }

    private ETag complete(String id) {
        try {
            String etag = client.completeMultipartUpload(request -> request.bucket(bucket)
                            .key(path)
                            .uploadId(id)
                            .multipartUpload(upload -> upload.parts(parts)))
                    .eTag();
            // Ceph 16 leaves it empty.
            return etag == null || etag.isEmpty() ? store.head(key).etag() : S3ObjectStore.etag(store.name(key), etag);
        } catch (S3Exception e) {
            // An upload that is not there any more was completed by an attempt whose answer was lost, if the object is
            // ours.
            if (e.statusCode() != 404) {
                throw e;
            }
            return store.ownWrite(key, marker).orElseThrow(() -> e);
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the upload of " + key + " has ended");
        }
    }

    @Override
    public void close() {
        open = false;
        part = new byte[0];
        if (uploadId == null) {
            return;
        }
        String id = uploadId;
        uploadId = null;
        // An interrupted thread could not send the request that removes the parts.
        boolean interrupted = Thread.interrupted();
        try {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(path).uploadId(id));
        } catch (SdkException e) {
            // Nothing is visible; a lifecycle rule of the bucket removes such parts.
            LOG.warn(
                    "{}: parts of an abandoned upload stay behind: {}",
                    store.name(key),
                    S3Failures.of(e, path).text());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
