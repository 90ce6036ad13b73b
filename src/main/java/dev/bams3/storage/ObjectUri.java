package dev.bams3.storage;

import dev.bams3.error.ReadsException;
import java.nio.file.Path;

/**
 * Address of one object: {@code s3://bucket/a/b.bam}, {@code https://host/a/b.bam}, {@code file:/data/b.bam}, or just a path.
 * It is read from a store that is opened at {@link #root}.
 *
 * @param root the bucket, or the folder that holds the file
 * @param key the object in it
 */
public record ObjectUri(StoreUri root, ObjectKey key) {
    /**
     * @param field what the text is the value of, for the message
     * @throws ReadsException INVALID_INPUT for a text that names no object
     */
    public static ObjectUri parse(String field, String text) {
        if (StoreUri.isWeb(text)) {
            return ofWeb(field, text);
        }
        boolean path = !text.startsWith("file:") && !text.startsWith("s3:") && !text.startsWith("memory:");
        if (text.isEmpty() || text.endsWith("/")) {
            throw ReadsException.invalidInput(field, "'" + text + "' names a folder, not a file");
        }
        StoreUri whole = StoreUri.parse(field, path ? "file:" + text : text);
        return switch (whole) {
            case StoreUri.Folder(Path file)
            when file.getParent() != null && file.getFileName() != null ->
                of(
                        field,
                        text,
                        new StoreUri.Folder(file.getParent()),
                        file.getFileName().toString());
            case StoreUri.Folder root -> throw ReadsException.invalidInput(field, "'" + root + "' names a folder");
            case StoreUri.Bucket(String bucket, String key) -> of(field, text, new StoreUri.Bucket(bucket, ""), key);
            case StoreUri.Memory(String key) -> of(field, text, new StoreUri.Memory(""), key);
            case StoreUri.Web ignored -> throw new IllegalStateException("parsed before");
        };
    }

    private static ObjectUri ofWeb(String field, String text) {
        StoreUri.Web whole = StoreUri.parseWeb(field, text);
        String address = whole.address();
        int slash = address.lastIndexOf('/');
        if (slash < address.indexOf("://") + 3 || text.split("[?]", 2)[0].endsWith("/")) {
            throw ReadsException.invalidInput(field, "'" + whole + "' names a folder, not a file");
        }
        return of(
                field,
                address,
                new StoreUri.Web(address.substring(0, slash), whole.query()),
                address.substring(slash + 1));
    }

    private static ObjectUri of(String field, String text, StoreUri root, String key) {
        if (!ObjectKey.isValid(key)) {
            throw ReadsException.invalidInput(field, "'" + text + "' names no object");
        }
        return new ObjectUri(root, new ObjectKey(key));
    }

    /** Whether this lies at or below {@code place}, as a rule about permitted sources asks. */
    public boolean isUnder(StoreUri place) {
        return switch (place) {
            case StoreUri.Folder(Path folder) ->
                root instanceof StoreUri.Folder(Path own)
                        && own.resolve(key.value()).startsWith(folder);
            case StoreUri.Bucket(String bucket, String prefix) ->
                root instanceof StoreUri.Bucket(String own, String ownPrefix)
                        && own.equals(bucket)
                        && isBelow(ownPrefix.isEmpty() ? key.value() : ownPrefix + "/" + key, prefix);
            case StoreUri.Web(String address, String ignored) ->
                root instanceof StoreUri.Web(String own, String alsoIgnored) && isBelow(own + "/" + key, address);
            case StoreUri.Memory(String prefix) ->
                root instanceof StoreUri.Memory(String ownPrefix)
                        && isBelow(ownPrefix.isEmpty() ? key.value() : ownPrefix + "/" + key, prefix);
        };
    }

    private static boolean isBelow(String key, String prefix) {
        return prefix.isEmpty() || key.equals(prefix) || key.startsWith(prefix + "/");
    }

    /** The address with its secrets, to be parsed again; {@link #toString} is for messages. */
    public String withSecrets() {
        return root instanceof StoreUri.Web(String ignored, String query) && !query.isEmpty()
                ? this + "?" + query
                : toString();
    }

    @Override
    public String toString() {
        return root + (root instanceof StoreUri.Memory(String prefix) && prefix.isEmpty() ? "" : "/") + key;
    }
}
