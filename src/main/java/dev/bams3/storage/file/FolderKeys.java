package dev.bams3.storage.file;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** Maps keys of objects to files. */
final class FolderKeys {
    /** Holds what is being written and the lock files; no key may begin with it. */
    static final String TEMPORARY = ".bams3-tmp";

    private static final int MAX_SEGMENT_BYTES = 255;

    private FolderKeys() {}

    static Path pathForReading(Path root, ObjectKey key) {
        if (!isStorable(key)) {
            throw ReadsException.about(ErrorKind.NOT_FOUND, "file:" + root + "/" + key, "no such file");
        }
        return root.resolve(key.value());
    }

    static Path pathForWriting(Path root, ObjectKey key) {
        if (!isStorable(key)) {
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    "file:" + root + "/" + key,
                    "a folder has no such files: a name has at most " + MAX_SEGMENT_BYTES
                            + " bytes, and the first is not " + TEMPORARY);
        }
        return root.resolve(key.value());
    }

    private static boolean isStorable(ObjectKey key) {
        String[] segments = key.value().split("/");
        for (String segment : segments) {
            if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES) {
                return false;
            }
        }
        return !segments[0].equals(TEMPORARY);
    }

    /** Returns the attributes of a regular file; anything else is not an object. */
    static BasicFileAttributes attributes(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new NoSuchFileException(path.toString());
        }
        return attributes;
    }

    static ETag etag(BasicFileAttributes attributes) {
        long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        return new ETag("\"" + Long.toHexString(attributes.size()) + "-" + Long.toHexString(modified) + "\"");
    }
}
