package dev.bams3.storage;

import dev.bams3.error.ReadsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Address of the root of a store, as configuration and command lines give it: {@code file:/path}, {@code file:./relative},
 * {@code s3://bucket/prefix}, {@code memory:}. Opening one is the business of the composition root, which knows the adapters.
 */
public sealed interface StoreUri {
    /** Below this place: {@code segments} joined by `/`, a valid {@link ObjectKey}. */
    StoreUri resolve(String segments);

    /** A folder, absolute and without `.` or `..`. */
    record Folder(Path path) implements StoreUri {
        public Folder {
            path = path.toAbsolutePath().normalize();
        }

        @Override
        public Folder resolve(String segments) {
            return new Folder(path.resolve(new ObjectKey(segments).value()));
        }

        @Override
        public String toString() {
            return "file:" + path;
        }
    }

    /**
     * Keys of a bucket.
     *
     * @param bucket 3 to 63 characters of {@code a-z0-9.-}; upper case and `_` too, which old buckets and other servers have
     * @param prefix empty for the whole bucket, or a valid {@link ObjectKey}
     */
    record Bucket(String bucket, String prefix) implements StoreUri {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");

        public Bucket {
            if (!NAME.matcher(bucket).matches() || bucket.contains("..")) {
                throw new IllegalArgumentException("not a bucket name: '" + bucket + "'");
            }
            if (!prefix.isEmpty() && !ObjectKey.isValid(prefix)) {
                throw new IllegalArgumentException("not a prefix: '" + prefix + "'");
            }
        }

        @Override
        public Bucket resolve(String segments) {
            String below = new ObjectKey(segments).value();
            return new Bucket(bucket, prefix.isEmpty() ? below : prefix + "/" + below);
        }

        @Override
        public String toString() {
            return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
        }
    }

    /** The memory of this process; for tests. */
    record Memory(String prefix) implements StoreUri {
        @Override
        public Memory resolve(String segments) {
            return new Memory(prefix.isEmpty() ? segments : prefix + "/" + segments);
        }

        @Override
        public String toString() {
            return "memory:" + prefix;
        }
    }

    /**
     * A URI with one of the three schemes. Nothing is percent-decoded: what follows the scheme is the path or the key as it
     * is. A closing `/` is ignored.
     *
     * @param field what the text is the value of, for the message
     * @throws ReadsException INVALID_INPUT for anything else
     */
    static StoreUri parse(String field, String text) {
        try {
            if (text.startsWith("file:")) {
                // file:/path, file:///path and file:./relative; there are no other hosts.
                String path = text.substring("file:".length());
                path = path.startsWith("//") ? path.substring(2) : path;
                if (!path.isEmpty()) {
                    return new Folder(Path.of(path));
                }
            } else if (text.startsWith("s3://")) {
                String[] parts =
                        withoutClosingSlash(text.substring("s3://".length())).split("/", 2);
                return new Bucket(parts[0], parts.length == 1 ? "" : parts[1]);
            } else if (text.startsWith("memory:")) {
                return new Memory(withoutClosingSlash(text.substring("memory:".length())));
            }
        } catch (InvalidPathException e) {
            throw ReadsException.invalidInput(field, "'" + text + "': not a path: " + e.getReason());
        } catch (IllegalArgumentException e) {
            throw ReadsException.invalidInput(field, "'" + text + "': " + e.getMessage());
        }
        throw ReadsException.invalidInput(
                field, "'" + text + "' is no place to store: use file:/path, file:./relative or s3://bucket/prefix");
    }

    private static String withoutClosingSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
