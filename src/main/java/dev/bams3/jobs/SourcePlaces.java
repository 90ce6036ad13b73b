package dev.bams3.jobs;

import dev.bams3.error.ReadsException;
import dev.bams3.source.ReferenceFile;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The places that jobs may read from. A file is judged by its real path, so that neither {@code ..} nor a symbolic link leads
 * out of a permitted folder, and it is read by that path. Web servers are read below named addresses only.
 */
public final class SourcePlaces {
    private final List<StoreUri> roots;
    private final boolean anyBucket;
    private final Function<StoreUri, ObjectStore> stores;
    private final DamageCheck damage;

    /**
     * @param roots permitted places; none: every bucket that the credentials reach and, where {@code datasets} is a folder,
     *     that folder
     * @param datasets where the datasets are
     * @param stores opens a place, once for each reading; the reader closes it
     * @param damage counts damaged reads of sources
     */
    public SourcePlaces(
            List<StoreUri> roots, StoreUri datasets, Function<StoreUri, ObjectStore> stores, DamageCheck damage) {
        this.anyBucket = roots.isEmpty();
        this.roots = !roots.isEmpty()
                ? List.copyOf(roots)
                : datasets instanceof StoreUri.Folder ? List.of(datasets) : List.of();
        this.stores = stores;
        this.damage = damage;
    }

    /** Returns the places that may be read, for messages. */
    public String description() {
        String named = roots.stream().map(StoreUri::toString).collect(Collectors.joining(", "));
        if (!anyBucket) {
            return named;
        }
        return "any s3:// that the credentials reach" + (named.isEmpty() ? "" : ", " + named);
    }

    /**
     * The address that a request names, if it may be read: absolute, a file's with all links followed.
     *
     * @param field of the request, for messages
     * @throws ReadsException INVALID_INPUT or DENIED naming the field
     */
    ObjectUri permitted(String field, String text) {
        if (!text.startsWith("s3://") && !text.startsWith("file:") && !StoreUri.isWeb(text)) {
            throw ReadsException.invalidInput(
                    field, "'" + text + "' is no address; use s3://bucket/key, https://host/path or file:/path");
        }
        ObjectUri address = ObjectUri.parse(field, text);
        return switch (address.root()) {
            case StoreUri.Folder(Path folder) ->
                permittedFile(field, text, folder.resolve(address.key().value()));
            case StoreUri.Bucket ignored -> {
                if (!anyBucket && roots.stream().noneMatch(address::isUnder)) {
                    throw refused(field, text);
                }
                yield address;
            }
            case StoreUri.Web ignored -> {
                if (roots.stream().noneMatch(address::isUnder)) {
                    throw refused(field, address.toString());
                }
                yield address;
            }
            case StoreUri.Memory ignored -> throw refused(field, text);
        };
    }

    private ObjectUri permittedFile(String field, String text, Path file) {
        // Checked before it is looked up, so that the answer does not reveal whether a file elsewhere exists.
        if (folders().noneMatch(file::startsWith)) {
            throw refused(field, text);
        }
        try {
            Path real = file.toRealPath();
            if (folders().map(SourcePlaces::real).noneMatch(real::startsWith)) {
                throw refused(field, text);
            }
            if (!Files.isRegularFile(real)) {
                throw ReadsException.invalidInput(field, "'" + text + "' is not a file");
            }
            return ObjectUri.parse(field, "file:" + real);
        } catch (IOException e) {
            throw ReadsException.invalidInput(field, "'" + text + "' does not exist, or may not be read");
        }
    }

    private java.util.stream.Stream<Path> folders() {
        return roots.stream()
                .filter(StoreUri.Folder.class::isInstance)
                .map(StoreUri.Folder.class::cast)
                .map(StoreUri.Folder::path);
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder;
        }
    }

    private ReadsException refused(String field, String text) {
        String places = roots.isEmpty() && !anyBucket ? "nowhere" : description();
        return ReadsException.invalidInput(
                field,
                "'" + text + "' is not where this service may read from (" + places
                        + "); the operator sets BAMS3_SOURCES");
    }

    /** A source, and the stores to close after it was read. */
    final class Opened implements AutoCloseable {
        private final SourceObject object;
        private final List<ObjectStore> opened = new ArrayList<>();

        private Opened(SourceObject object) {
            this.object = object;
            opened.add(object.store());
        }

        SourceObject object() {
            return object;
        }

        /**
         * A file of references that is read beside the source.
         *
         * @throws ReadsException INVALID_INPUT or DENIED naming the field
         */
        ReferenceFile reference(String field, String text) {
            ReferenceFile file = ReferenceFile.at(permitted(field, text), stores);
            opened.add(file.store());
            return file;
        }

        @Override
        public void close() {
            opened.forEach(ObjectStore::close);
        }
    }

    /**
     * Opens a permitted address.
     *
     * @throws ReadsException as {@link SourceObject#open}
     */
    Opened open(ObjectUri address) {
        ObjectStore store = stores.apply(address.root());
        try {
            return new Opened(SourceObject.open(store, address.key()).counted(damage));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** A source as it was when its job was accepted, whether or not it is still there. */
    Opened remembered(ObjectUri address, JobSource source) {
        ObjectStore store = stores.apply(address.root());
        SourceObject object = new SourceObject(store, address.key(), source.size(), new ETag(source.etag()));
        return new Opened(object.counted(damage));
    }

    /** Examines a source, before a job of it is accepted. */
    JobSource examine(String field, ObjectUri address) {
        try (Opened opened = open(address)) {
            SourceObject object = opened.object();
            return new JobSource(object.etag().value(), object.size(), object.format());
        } catch (ReadsException e) {
            throw switch (e.kind()) {
                case NOT_FOUND -> ReadsException.invalidInput(field, "'" + address + "' does not exist");
                case DENIED, UNAUTHENTICATED ->
                    ReadsException.invalidInput(
                            field,
                            "'" + address + "' is refused to this service, check what its credentials permit: "
                                    + e.text());
                case INVALID_INPUT -> ReadsException.invalidInput(field, "'" + address + "': " + e.text());
                default -> e;
            };
        }
    }
}
