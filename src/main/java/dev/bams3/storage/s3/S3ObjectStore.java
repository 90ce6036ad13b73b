package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.StoredObject;
import dev.bams3.storage.UnfinishedUpload;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects below a prefix of a bucket. */
final class S3ObjectStore implements ObjectStore {
    /**
     * User metadata that distinguishes one write from another. A conditional write whose answer was lost is retried by the SDK and
     * then refused because of itself; the marker on the object shows that.
     */
    static final String MARKER = "bams3-write";

    private static final String CONTENT_TYPE = "application/octet-stream";

    private final S3Client client;
    private final Supplier<S3Client> freshClient;
    private final StoreUri.Bucket root;
    private final int partSize;

    /** @param freshClient gives the client whose calls each open a connection */
    S3ObjectStore(S3Client client, Supplier<S3Client> freshClient, StoreUri.Bucket root, int partSize) {
        this.client = client;
        this.freshClient = freshClient;
        this.root = root;
        this.partSize = partSize;
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public ObjectStore fresh() {
        return new S3ObjectStore(freshClient.get(), freshClient, root, partSize);
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        HeadObjectResponse response = call(
                key,
                () -> client.headObject(request -> request.bucket(root.bucket()).key(path(key.value()))));
        return new ObjectInfo(key, response.contentLength(), etag(name(key), response.eTag()), response.lastModified());
    }

    @Override
    public StoredObject get(ObjectKey key, int limit) {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(root.bucket())
                .key(path(key.value()))
                .build();
        return call(key, () -> client.getObject(request, new WholeBody(name(key), limit)));
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        GetObjectRequest.Builder request = GetObjectRequest.builder()
                .bucket(root.bucket())
                .key(path(key.value()))
                .range(range.toHttp());
        if (!ifMatch.equals(ETag.ANY)) {
            request.ifMatch(ifMatch.value());
        }
        GetObjectRequest built = request.build();
        return call(key, () -> client.getObject(built, new RangeBody(name(key), range, ifMatch)));
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        return put(key, body, body.length, condition);
    }

    /** The first {@code length} bytes of the array. */
    ETag put(ObjectKey key, byte[] body, int length, PutCondition condition) {
        String marker = UUID.randomUUID().toString();
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(root.bucket())
                .key(path(key.value()))
                .contentType(CONTENT_TYPE)
                .metadata(Map.of(MARKER, marker));
        switch (condition) {
            case PutCondition.Always() -> {}
            case PutCondition.IfAbsent() -> request.ifNoneMatch("*");
            case PutCondition.IfMatch(ETag etag) -> request.ifMatch(etag.value());
        }
        PutObjectRequest built = request.build();
        return call(key, () -> {
            try {
                return etag(
                        name(key), client.putObject(built, body(body, length)).eTag());
            } catch (S3Exception e) {
                boolean refused = e.statusCode() == 412 || e.statusCode() == 409;
                // Of a server that does not know If-Match.
                refused |= e.statusCode() == 501 && condition instanceof PutCondition.IfMatch;
                boolean gone = e.statusCode() == 404 && condition instanceof PutCondition.IfMatch;
                if (!(refused || gone) || S3Failures.code(e).equals("NoSuchBucket")) {
                    throw e;
                }
                return afterRefusal(key, marker, condition, e);
            }
        });
    }

    /** The ETag of our own write if it was done all the same; the failure if not. */
    private ETag afterRefusal(ObjectKey key, String marker, PutCondition condition, S3Exception refusal) {
        Optional<HeadObjectResponse> present = present(key);
        Optional<ETag> own = ownWrite(key, marker, present);
        if (own.isPresent()) {
            return own.get();
        }
        if (condition instanceof PutCondition.IfMatch(ETag etag)
                && (refusal.statusCode() == 412 || refusal.statusCode() == 501)
                && present.map(HeadObjectResponse::eTag).equals(Optional.of(etag.value()))) {
            // Ceph before version 20 answers so, always.
            throw ReadsException.about(
                    ErrorKind.UNAVAILABLE,
                    name(key),
                    "this server refuses If-Match though the object is unchanged, so it cannot replace one safely: "
                            + "delete it first, or write under another name",
                    refusal);
        }
        throw ReadsException.about(
                ErrorKind.CHANGED, name(key), "another writer was first, or the object is gone", refusal);
    }

    /** The ETag of the object if the write with this marker made it. */
    Optional<ETag> ownWrite(ObjectKey key, String marker) {
        return ownWrite(key, marker, present(key));
    }

    private Optional<ETag> ownWrite(ObjectKey key, String marker, Optional<HeadObjectResponse> present) {
        return present.filter(response -> marker.equals(response.metadata().get(MARKER)))
                .map(response -> etag(name(key), response.eTag()));
    }

    private Optional<HeadObjectResponse> present(ObjectKey key) {
        try {
            return Optional.of(
                    client.headObject(request -> request.bucket(root.bucket()).key(path(key.value()))));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static RequestBody body(byte[] bytes, int length) {
        // A provider rather than the array, which the SDK would copy.
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, CONTENT_TYPE);
    }

    @Override
    public ObjectUpload upload(ObjectKey key) {
        return new S3Upload(this, client, root.bucket(), path(key.value()), key, partSize);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        if (!ObjectKey.canBeginWith(prefix)) {
            return List.of();
        }
        List<ObjectInfo> found = new ArrayList<>();
        String last = after.isEmpty() ? "" : path(after);
        while (found.size() < limit) {
            ListObjectsV2Response page = page(path(prefix), last, limit - found.size());
            for (S3Object object : page.contents()) {
                last = object.key();
                String key = last.substring(path("").length());
                // Not ours: markers of folders, that a console makes, end with a slash; what S3Proxy shows without an
                // ETag is
                // being written under a name for the time being.
                if (ObjectKey.isValid(key) && object.eTag() != null) {
                    found.add(new ObjectInfo(
                            new ObjectKey(key),
                            object.size(),
                            etag(name(new ObjectKey(key)), object.eTag()),
                            object.lastModified()));
                }
            }
            if (!Boolean.TRUE.equals(page.isTruncated()) || page.contents().isEmpty()) {
                break;
            }
        }
        return found;
    }

    private ListObjectsV2Response page(String prefix, String after, int limit) {
        return call(
                location(),
                () -> client.listObjectsV2(request -> {
                    request.bucket(root.bucket()).prefix(prefix).maxKeys(limit);
                    if (!after.isEmpty()) {
                        request.startAfter(after);
                    }
                }));
    }

    @Override
    public void delete(ObjectKey key) {
        call(
                key,
                () -> client.deleteObject(
                        request -> request.bucket(root.bucket()).key(path(key.value()))));
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) {
        List<UnfinishedUpload> found = new ArrayList<>();
        String root = path("");
        call(location(), () -> {
            client
                    .listMultipartUploadsPaginator(
                            request -> request.bucket(this.root.bucket()).prefix(path(prefix)))
                    .uploads()
                    .stream()
                    .filter(upload -> ObjectKey.isValid(upload.key().substring(root.length())))
                    .forEach(upload -> found.add(new UnfinishedUpload(
                            new ObjectKey(upload.key().substring(root.length())),
                            upload.uploadId(),
                            upload.initiated())));
            return found;
        });
        return found;
    }

    @Override
    public void abort(UnfinishedUpload upload) {
        call(upload.key(), () -> {
            try {
                return client.abortMultipartUpload(request -> request.bucket(root.bucket())
                        .key(path(upload.key().value()))
                        .uploadId(upload.id()));
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return AbortMultipartUploadResponse.builder().build();
                }
                throw e;
            }
        });
    }

    /** The connection is another's. */
    @Override
    public void close() {}

    /** Key in the bucket of a key, or the beginning of one, in this store. */
    private String path(String key) {
        return root.prefix().isEmpty() ? key : root.prefix() + "/" + key;
    }

    String name(ObjectKey key) {
        return root + "/" + key;
    }

    static ETag etag(String resource, @Nullable String value) {
        if (value == null) {
            throw ReadsException.about(ErrorKind.UNAVAILABLE, resource, "the server gives no ETag");
        }
        return new ETag(value);
    }

    <T> T call(ObjectKey key, Supplier<T> body) {
        return call(name(key), body);
    }

    private static <T> T call(String resource, Supplier<T> body) {
        try {
            return body.get();
        } catch (SdkException e) {
            throw S3Failures.of(e, resource);
        }
    }
}
