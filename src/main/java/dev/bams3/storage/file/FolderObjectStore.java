package dev.bams3.storage.file;

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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Objects as the files below a folder, which the first write creates.
 *
 * <p>A file is never changed in place: it is written and forced to disk under {@code .bams3-tmp}, then renamed, so that an
 * open file is one version of the object. The ETag is size and time of modification in nanoseconds, and every write of a
 * key makes that time later than the one it replaces. Writes of a key, in this process or another on the same machine (or
 * file system with locks), take turns by a lock file.
 *
 * <p>What differs from other stores: of the keys {@code a} and {@code a/b} only one can exist, and no segment has more than
 * 255 bytes. Symbolic links below the folder are followed: users who can create them there decide what is served. A folder
 * that may not be read is left out of listings ({@code lost+found} of a mounted disk).
 */
public final class FolderObjectStore implements ObjectStore {
    private static final int MAX_ATTEMPTS = 20;

    private final Path root;
    private final FolderWriter writer;

    public FolderObjectStore(StoreUri.Folder folder) {
        root = folder.path();
        writer = new FolderWriter(root);
    }

    @Override
    public String location() {
        return "file:" + root;
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        Path path = FolderKeys.pathForReading(root, key);
        try {
            return info(key, FolderKeys.attributes(path));
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
    }

    @Override
    public StoredObject get(ObjectKey key, int limit) {
        Path path = FolderKeys.pathForReading(root, key);
        try {
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                BasicFileAttributes before = FolderKeys.attributes(path);
                if (before.size() > limit) {
                    throw ReadsException.about(
                            ErrorKind.TOO_LARGE,
                            FileFailures.name(path),
                            before.size() + " bytes, where at most " + limit + " fit");
                }
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    byte[] body = new byte[Math.toIntExact(before.size())];
                    boolean whole = read(channel, 0, body) && channel.size() == body.length;
                    ETag etag = FolderKeys.etag(before);
                    if (whole && etag.equals(FolderKeys.etag(FolderKeys.attributes(path)))) {
                        return new StoredObject(body, etag);
                    }
                }
            }
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
        throw ReadsException.about(ErrorKind.CHANGED, FileFailures.name(path), "the file changes all the time");
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        Path path = FolderKeys.pathForReading(root, key);
        try {
            // Equal before the file was opened and after it was read: what was open is what the ETag names.
            requireMatch(path, ifMatch);
            FolderKeys.attributes(path);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                long size = channel.size();
                if (range.end() > size) {
                    throw ReadsException.about(
                            ErrorKind.INVALID_RANGE,
                            FileFailures.name(path),
                            range.length() + " bytes at " + range.offset() + " end behind its " + size + " bytes");
                }
                byte[] body = new byte[range.length()];
                if (!read(channel, range.offset(), body)) {
                    throw ReadsException.about(
                            ErrorKind.UNAVAILABLE,
                            FileFailures.name(path),
                            "the file became shorter while it was read");
                }
                requireMatch(path, ifMatch);
                return body;
            }
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
    }

    private static void requireMatch(Path path, ETag ifMatch) throws IOException {
        if (!ifMatch.equals(ETag.ANY) && !ifMatch.equals(FolderKeys.etag(FolderKeys.attributes(path)))) {
            throw ReadsException.about(ErrorKind.CHANGED, FileFailures.name(path), "the file was replaced");
        }
    }

    /** Whether there were enough bytes. */
    private static boolean read(FileChannel channel, long offset, byte[] body) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(body);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        try (FolderUpload upload = writer.begin(key)) {
            upload.write(body, 0, body.length);
            return upload.complete(condition);
        }
    }

    @Override
    public ObjectUpload upload(ObjectKey key) {
        return writer.begin(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        FolderListing listing = new FolderListing(root, prefix, after, limit);
        try {
            return listing.run();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw FileFailures.reading(root, e);
        }
    }

    @Override
    public void delete(ObjectKey key) {
        writer.delete(key);
    }

    @Override
    public void close() {}

    static ObjectInfo info(ObjectKey key, BasicFileAttributes attributes) {
        return new ObjectInfo(
                key,
                attributes.size(),
                FolderKeys.etag(attributes),
                attributes.lastModifiedTime().toInstant());
    }
}
