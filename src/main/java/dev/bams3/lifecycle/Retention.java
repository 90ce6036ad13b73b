package dev.bams3.lifecycle;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetLayout;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import dev.bams3.storage.UnfinishedUpload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds and removes what no reader can reach any more: generations that were replaced, conversions that ended without a
 * commit, abandoned uploads. Only objects that are named as a writer of datasets names them are ever removed.
 *
 * <p>What keeps a generation: that the commit names it; that an object in it, a sign of life among them, is younger than the
 * grace time; that the commit is, because readers may still hold the one before. A generation that a conversion could go on
 * with is claimed first, by a conditional write to the same object as its sign of life, so that a conversion that wakes up
 * meanwhile starts again.
 */
public final class Retention {
    /** Shorter would be shorter than a client may take for one download. */
    public static final Duration LEAST_GRACE = Duration.ofHours(1);

    private static final Pattern OWN = Pattern.compile(
            "(.+\\.bams3)/([0-9A-Za-z][0-9A-Za-z-]{0,31})/"
                    + "(header\\.sam\\.zst|index\\.b3i|depth\\.b3d|chunks/[0-9]{6}\\.b3c"
                    + "|conversion/(?:plan\\.json|alive/[0-9]{12}|depth/[0-9]{6}|chunks/[0-9]{6}\\.json|shards/[0-9]{6}(?:\\.progress)?\\.json))");
    private static final String DOCUMENTS = "/conversion/";

    private final ObjectStore store;
    private final ExecutorService waiting;
    private final InstantSource clock;

    /**
     * @param store whose datasets are looked after; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Retention(ObjectStore store, ExecutorService waiting) {
        this(store, waiting, InstantSource.system());
    }

    Retention(ObjectStore store, ExecutorService waiting, InstantSource clock) {
        this.store = store;
        this.waiting = waiting;
        this.clock = clock;
    }

    /** Why something is of no use any more. */
    public enum Kind {
        /** It was published once and has been replaced, or its dataset was removed. */
        OLD_GENERATION,
        /** It was never published. */
        UNFINISHED_CONVERSION,
        /** Documents of a conversion that has been published. */
        LEFT_DOCUMENTS,
        /** Parts of an object that was never completed. */
        ABANDONED_UPLOAD
    }

    /**
     * Something that is, or would be, removed.
     *
     * @param place key that its objects lie below; for an upload the key of the object
     * @param objects how many; for an upload 0
     * @param bytes of these objects
     * @param lastChange when anything of it was written last
     * @param removed objects that were removed: none in a dry run, or if a conversion woke up
     */
    public record Finding(Kind kind, String place, int objects, long bytes, Instant lastChange, int removed) {}

    /**
     * Sweeps the whole store.
     *
     * @param grace how long nothing must have changed, {@link #LEAST_GRACE} or more
     * @param dryRun whether to say only what would be removed
     * @throws ReadsException INVALID_INPUT for a short grace time, or what the store says; damaged commits keep all of their
     *     dataset and are no failure
     */
    public List<Finding> sweep(Duration grace, boolean dryRun) {
        if (grace.compareTo(LEAST_GRACE) < 0) {
            throw ReadsException.invalidInput("grace", "must be at least an hour, is " + grace);
        }
        Instant limit = clock.instant().minus(grace);
        List<Finding> findings = new ArrayList<>();
        Group group = new Group("");
        for (ObjectInfo object : (Iterable<ObjectInfo>) store.listAll("")::iterator) {
            Matcher own = OWN.matcher(object.key().value());
            if (!own.matches()) {
                continue;
            }
            if (!own.group(1).equals(group.prefix)) {
                sweep(group, limit, dryRun, findings);
                group = new Group(own.group(1));
            }
            group.generations
                    .computeIfAbsent(own.group(2), generation -> new ArrayList<>())
                    .add(object);
        }
        sweep(group, limit, dryRun, findings);
        sweepUploads(limit, dryRun, findings);
        return findings;
    }

    /** Objects of one dataset by generation. */
    private static final class Group {
        private final String prefix;
        private final Map<String, List<ObjectInfo>> generations = new TreeMap<>();

        Group(String prefix) {
            this.prefix = prefix;
        }
    }

    /** The published generation, and the time of its commit. */
    private record Published(String generation, Instant since) {}

    private void sweep(Group group, Instant limit, boolean dryRun, List<Finding> findings) {
        if (group.generations.isEmpty()) {
            return;
        }
        DatasetLocation location = new DatasetLocation(store, group.prefix);
        Optional<Published> published;
        try {
            published = published(location);
        } catch (ReadsException e) {
            switch (e.kind()) {
                case CORRUPT, UNSUPPORTED_VERSION, TOO_LARGE -> {
                    return;
                }
                default -> throw e;
            }
        }
        if (published.isPresent() && published.get().since().isAfter(limit)) {
            return;
        }
        group.generations.forEach((generation, objects) -> {
            boolean current =
                    published.isPresent() && published.get().generation().equals(generation);
            List<ObjectInfo> useless = current
                    ? objects.stream()
                            .filter(object -> object.key().value().contains(DOCUMENTS))
                            .toList()
                    : objects;
            Instant last = useless.stream()
                    .map(ObjectInfo::modified)
                    .max(Instant::compareTo)
                    .orElse(Instant.MAX);
            if (!last.isAfter(limit)) {
                String place = location.key(generation) + (current ? "/conversion" : "");
                int removed = dryRun ? 0 : current ? remove(useless) : removeClaimed(location, generation, useless);
                long bytes = useless.stream().mapToLong(ObjectInfo::size).sum();
                findings.add(new Finding(kind(useless, current), place, useless.size(), bytes, last, removed));
            }
        });
    }

    private static Kind kind(List<ObjectInfo> objects, boolean current) {
        if (current) {
            return Kind.LEFT_DOCUMENTS;
        }
        // The index is written last before the commit, the documents are removed first after it.
        boolean index = objects.stream().anyMatch(object -> object.key().value().endsWith(DatasetLayout.index("")));
        boolean documents =
                objects.stream().anyMatch(object -> object.key().value().contains(DOCUMENTS));
        return index && !documents ? Kind.OLD_GENERATION : Kind.UNFINISHED_CONVERSION;
    }

    private Optional<Published> published(DatasetLocation location) {
        return store.find(location.key(DatasetLayout.METADATA))
                .flatMap(commit -> new DatasetCommit(location)
                        .decoded()
                        .map(metadata -> new Published(metadata.generation(), commit.modified())));
    }

    private int removeClaimed(DatasetLocation location, String generation, List<ObjectInfo> objects) {
        String folder = location.key(generation).value() + DOCUMENTS + SignOfLife.FOLDER;
        SignOfLife life = new SignOfLife(store, folder);
        List<ObjectInfo> signs = new ArrayList<>(objects);
        signs.removeIf(object -> !object.key().value().startsWith(folder));
        List<ObjectInfo> others = new ArrayList<>(objects);
        others.removeAll(signs);
        if (!life.claim(RevisionLog.highest(signs))) {
            // A conversion woke up.
            return 0;
        }
        int removed = 0;
        if (!new DatasetCommit(location).mayName(generation)) {
            removed = remove(others);
        }
        life.remove();
        return removed + signs.size();
    }

    private int remove(List<ObjectInfo> objects) {
        return new Removal(store, waiting)
                .remove(objects.stream().map(ObjectInfo::key).toList());
    }

    private void sweepUploads(Instant limit, boolean dryRun, List<Finding> findings) {
        for (UnfinishedUpload upload : store.unfinishedUploads("")) {
            String key = upload.key().value();
            if (OWN.matcher(key).matches() && !upload.begun().isAfter(limit)) {
                if (!dryRun) {
                    store.abort(upload);
                }
                findings.add(new Finding(Kind.ABANDONED_UPLOAD, key, 0, 0, upload.begun(), dryRun ? 0 : 1));
            }
        }
    }

    /**
     * Removes a dataset: first its commit, so that it is gone for readers at once, then the objects of its generations. What
     * a conversion that is under way has written stays; it will not be published if it was to replace this one. What is
     * published once the commit is gone stays, too.
     *
     * @return how many objects were removed
     * @throws ReadsException NOT_FOUND if there is no such dataset, or what the store says
     */
    public int remove(DatasetId id) {
        DatasetLocation location = DatasetLocation.of(store, id);
        ObjectKey commit = location.key(DatasetLayout.METADATA);
        if (store.find(commit).isEmpty()) {
            throw ReadsException.about(ErrorKind.NOT_FOUND, id.value(), "no such dataset");
        }
        // Listed before the commit goes: what is published from then on has its documents in this list, and stays.
        Map<String, List<ObjectKey>> generations = new TreeMap<>();
        store.listAll(location.prefix() + "/").forEach(object -> {
            Matcher own = OWN.matcher(object.key().value());
            if (own.matches() && own.group(1).equals(location.prefix())) {
                generations
                        .computeIfAbsent(own.group(2), generation -> new ArrayList<>())
                        .add(object.key());
            }
        });
        store.delete(commit);
        int removed = 1;
        for (List<ObjectKey> keys : generations.values()) {
            if (keys.stream().noneMatch(key -> key.value().contains(DOCUMENTS))) {
                removed += new Removal(store, waiting).remove(keys);
            }
        }
        return removed;
    }
}
