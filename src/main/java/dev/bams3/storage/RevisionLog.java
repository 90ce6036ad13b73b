package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that changes by numbered revisions; the highest one is current. Revision {@code n} is an object of its own, named
 * by twelve digits below the log's folder and created with {@code If-None-Match: *}: of all writers that follow the same
 * revision exactly one succeeds. {@code If-Match}, which some S3-compatible servers refuse, is not needed.
 *
 * <p>Older revisions are removed once a newer one is there, so a writer that was suspended for long may create a number
 * again. The listing after every write detects this: such a revision is not the highest, or, where the whole log was removed
 * meanwhile, the revision that it follows is gone. It is then taken back, and no reader has taken it for the value.
 *
 * <p>Safe for use by many threads and processes.
 */
public final class RevisionLog {
    private static final Logger LOG = LoggerFactory.getLogger(RevisionLog.class);
    private static final Pattern KEY = Pattern.compile("(.*/)([0-9]{12})(\\.[a-z]+)?");

    private static final long MAX_NUMBER = 999_999_999_999L;

    /** Attempts to read the highest revision of a log that keeps changing. */
    private static final int MAX_LOOKS = 20;

    private final ObjectStore store;
    private final String folder;
    private final String suffix;

    /**
     * A listed revision.
     *
     * @param number 1 or more
     * @param object that holds it
     */
    public record Revision(long number, ObjectInfo object) {}

    /** A revision and its contents. */
    public record Entry(Revision revision, byte[] body) {}

    /** The revisions that are there: the highest, and those before, which are of no use. */
    private record Revisions(Revision highest, List<ObjectKey> older) {}

    /**
     * @param folder beginning of the keys of this log and no other, with its closing `/`
     * @param suffix end of the keys, such as {@code .json}, or empty
     */
    public RevisionLog(ObjectStore store, String folder, String suffix) {
        this.store = store;
        this.folder = folder;
        this.suffix = suffix;
    }

    /** Returns the highest revision of every log whose folder begins with {@code prefix}, by folder, from one listing. */
    public static Map<String, Revision> highest(ObjectStore store, String prefix) {
        Map<String, Revision> highest = new TreeMap<>();
        revisions(store.listAll(prefix)).forEach((folder, revisions) -> highest.put(folder, revisions.highest));
        return highest;
    }

    /** Returns the highest revision, or empty for a log that has none. */
    public Optional<Revision> highest() {
        return revisions().map(Revisions::highest);
    }

    /** Returns the highest revision with its contents, which must not have more than {@code limit} bytes. */
    public Optional<Entry> latest(int limit) {
        return latest(revision ->
                store.find(revision.object().key(), limit).map(object -> new Entry(revision, object.body())));
    }

    /**
     * Returns what {@code reader} makes of the highest revision, or empty for a log that has none.
     *
     * @param reader answers empty when the revision's object is gone because a higher one is there
     * @throws ReadsException OVERLOADED when the log keeps changing
     */
    public <T> Optional<T> latest(Function<Revision, Optional<T>> reader) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            Optional<Revision> highest = highest();
            if (highest.isEmpty()) {
                return Optional.empty();
            }
            Optional<T> read = reader.apply(highest.get());
            if (read.isPresent()) {
                return read;
            }
        }
        throw ReadsException.about(ErrorKind.OVERLOADED, folder, "too many concurrent updates; retry");
    }

    /**
     * Makes this the highest revision and removes those before.
     *
     * @return empty when the number is taken or passed
     * @throws ReadsException UNAVAILABLE and the like when it is not known whether the revision was written
     */
    public Optional<ETag> create(long number, byte[] body) {
        return create(number, body, Optional.empty());
    }

    /**
     * Makes this the revision after {@code last}, or the first where that is empty.
     *
     * @return empty when another writer has followed {@code last} already, or the log was removed since
     */
    public Optional<ETag> follow(Optional<Revision> last, byte[] body) {
        return create(
                last.map(Revision::number).orElse(0L) + 1,
                body,
                last.map(revision -> revision.object().key()));
    }

    /**
     * Creates a revision without looking whether it is the highest; {@link #confirm} is to follow, after other steps perhaps.
     *
     * @return empty when the number is taken
     */
    public Optional<ETag> propose(long number, byte[] body) {
        return createOrFindWritten(key(number), body);
    }

    /** Returns whether a revision that was created is the highest; if so removes those before, else the revision itself. */
    public boolean confirm(long number) {
        return confirm(number, Optional.empty());
    }

    private Optional<ETag> create(long number, byte[] body, Optional<ObjectKey> followed) {
        return propose(number, body).filter(_ -> confirm(number, followed));
    }

    private boolean confirm(long number, Optional<ObjectKey> followed) {
        ObjectKey key = key(number);
        Optional<Revisions> now = revisions();
        boolean holds = now.isPresent()
                && now.get().highest.object.key().equals(key)
                && followed.map(now.get().older::contains).orElse(true);
        if (holds) {
            now.get().older.forEach(this::remove);
        } else {
            remove(key);
        }
        return holds;
    }

    private ObjectKey key(long number) {
        if (number < 1 || number > MAX_NUMBER) {
            throw new IllegalArgumentException("not the number of a revision: " + number);
        }
        return new ObjectKey(folder + String.format(Locale.ROOT, "%012d", number) + suffix);
    }

    private Optional<ETag> createOrFindWritten(ObjectKey key, byte[] body) {
        try {
            return store.create(key, body);
        } catch (ReadsException e) {
            // The write may have succeeded and only its answer been lost.
            try {
                Optional<StoredObject> present =
                        store.find(key, body.length).filter(object -> Arrays.equals(object.body(), body));
                if (present.isPresent()) {
                    return present.map(StoredObject::etag);
                }
            } catch (ReadsException unknown) {
                e.addSuppressed(unknown);
            }
            throw e;
        }
    }

    /** Removes the log, the highest revision last, so that no reader sees an earlier value. */
    public void remove() {
        revisions().ifPresent(revisions -> {
            revisions.older.forEach(store::delete);
            store.delete(revisions.highest.object.key());
        });
    }

    private void remove(ObjectKey key) {
        try {
            store.delete(key);
        } catch (ReadsException e) {
            LOG.debug("left behind, to be removed with a later revision: {}", key, e);
        }
    }

    private Optional<Revisions> revisions() {
        return Optional.ofNullable(revisions(store.listAll(folder)).get(folder));
    }

    /** Returns the highest revision among objects of one log that were listed before. */
    public static Optional<Revision> highest(List<ObjectInfo> listed) {
        return revisions(listed.stream()).values().stream().findFirst().map(Revisions::highest);
    }

    private static Map<String, Revisions> revisions(Stream<ObjectInfo> objects) {
        Map<String, Revisions> logs = new TreeMap<>();
        objects.forEach(object -> {
            Matcher key = KEY.matcher(object.key().value());
            if (key.matches()) {
                Revision revision = new Revision(Long.parseLong(key.group(2)), object);
                // Keys are listed in the order of their numbers.
                logs.merge(key.group(1), new Revisions(revision, new ArrayList<>()), (before, last) -> {
                    before.older.add(before.highest.object.key());
                    return new Revisions(last.highest, before.older);
                });
            }
        });
        return logs;
    }
}
