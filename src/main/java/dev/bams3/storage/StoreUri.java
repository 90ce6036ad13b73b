package dev.bams3.storage;

import dev.bams3.error.ReadsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Address of the root of a store, as configuration and command lines give it: {@code file:/path}, {@code file:./relative},
 * {@code s3://bucket/prefix}, {@code memory:}; for reading, {@code https://host/path}, too. Opening one is the business of the composition root, which knows the adapters.
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
     * @param bucket 3 to 63 characters of {@code a-z0-9.-}; upper case and `_` too, which old buckets and other servers have;
     *     or the ARN of an access point, {@code arn:aws:s3:region:account:accesspoint/name}
     * @param prefix empty for the whole bucket, or a valid {@link ObjectKey}
     */
    record Bucket(String bucket, String prefix) implements StoreUri {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");

        /** S3 User Guide, access points; those of several regions have none and need another signature. */
        private static final Pattern ACCESS_POINT = Pattern.compile(
                "(arn:aws[a-z-]*:s3:[a-z0-9-]+:[0-9]{12}:accesspoint)[/:]([a-z0-9][a-z0-9-]{1,48}[a-z0-9])");

        public Bucket {
            Matcher accessPoint = ACCESS_POINT.matcher(bucket);
            if (accessPoint.matches()) {
                bucket = accessPoint.group(1) + "/" + accessPoint.group(2);
            } else if (!NAME.matcher(bucket).matches() || bucket.contains("..")) {
                throw new IllegalArgumentException(
                        "'" + bucket + "' is neither the name of a bucket nor the ARN of an access point in a region");
            }
            if (!prefix.isEmpty() && !ObjectKey.isValid(prefix)) {
                throw new IllegalArgumentException("not a prefix: '" + prefix + "'");
            }
        }

        /** Whether {@link #bucket} is an ARN, which stands for a host name of its own. */
        public boolean isAccessPoint() {
            return bucket.startsWith("arn:");
        }

        /** Parses what follows {@code s3://}. */
        private static Bucket parse(String text) {
            // The name of an access point follows a slash, too.
            int from = text.startsWith("arn:") && text.contains(":accesspoint/") ? text.indexOf('/') + 1 : 0;
            int end = text.indexOf('/', from);
            return end < 0 ? new Bucket(text, "") : new Bucket(text.substring(0, end), text.substring(end + 1));
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

    /**
     * A folder of a web server, which can only be read.
     *
     * @param address {@code http://} or {@code https://}, host in lower case, port where it is not the usual one, and path
     *     without a closing `/`, percent-encoded as it was given
     * @param query of the addresses below it, such as the signature of a presigned one; empty for none. A secret: never
     *     printed
     */
    record Web(String address, String query) implements StoreUri {
        private static final Pattern CLIMBS = Pattern.compile("\\.{1,2}(;.*)?|.*[/\\\\\\p{Cntrl}].*", Pattern.DOTALL);

        /** @throws IllegalArgumentException saying what is wrong with the address */
        private static Web parse(String text) {
            try {
                URI uri = new URI(text);
                String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
                if (uri.getHost() == null || uri.getRawFragment() != null) {
                    throw new IllegalArgumentException("not https://host/path");
                }
                if (uri.getRawUserInfo() != null) {
                    throw new IllegalArgumentException("credentials do not belong into an address");
                }
                String path = withoutClosingSlash(uri.getRawPath() == null ? "" : uri.getRawPath());
                if (!path.isEmpty()) {
                    requirePath(path.substring(1));
                }
                boolean usual = uri.getPort() == (scheme.equals("https") ? 443 : 80);
                String port = uri.getPort() < 0 || usual ? "" : ":" + uri.getPort();
                String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
                return new Web(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path, query);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("not an address: " + e.getReason(), e);
            }
        }

        /** Refuses what a server might take for a path that climbs out of its folder. */
        private static void requirePath(String path) {
            for (String segment : path.split("/", -1)) {
                String decoded = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
                if (segment.isEmpty() || CLIMBS.matcher(decoded).matches()) {
                    throw new IllegalArgumentException(
                            "the path has a segment that is empty, . or .., or has an encoded slash");
                }
            }
        }

        @Override
        public Web resolve(String segments) {
            return new Web(address + "/" + segments, query);
        }

        @Override
        public String toString() {
            return address;
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
                return Bucket.parse(withoutClosingSlash(text.substring("s3://".length())));
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

    /**
     * The root of sources: as {@link #parse}, or a folder of a web server.
     *
     * @throws ReadsException INVALID_INPUT for anything else
     */
    static StoreUri parseSources(String field, String text) {
        if (!isWeb(text)) {
            return parse(field, text);
        }
        Web root = parseWeb(field, text);
        if (!root.query().isEmpty()) {
            throw ReadsException.invalidInput(field, "'" + root + "': a root has no query");
        }
        return root;
    }

    /** Whether a text has the scheme of {@link Web}. */
    static boolean isWeb(String text) {
        return text.regionMatches(true, 0, "https://", 0, "https://".length())
                || text.regionMatches(true, 0, "http://", 0, "http://".length());
    }

    /** @throws ReadsException INVALID_INPUT, without the query of the address */
    static Web parseWeb(String field, String text) {
        try {
            return Web.parse(text);
        } catch (IllegalArgumentException e) {
            throw ReadsException.invalidInput(field, "'" + text.split("[?#]", 2)[0] + "': " + e.getMessage());
        }
    }

    private static String withoutClosingSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
