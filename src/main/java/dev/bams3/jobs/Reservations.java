package dev.bams3.jobs;

import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which job may make a dataset, in the store of the datasets: reservation {@code n} of a dataset is the object
 * {@code <digest of its id>/<n>}, created with {@code If-None-Match: *}, and the highest holds. It names a job and the
 * revision by which it is submitted. Whoever submits a job creates the next reservation first, and may only do so when the
 * last one's job has ended; so of all who submit different jobs of one dataset at once one succeeds.
 *
 * <p>One who sleeps between its reservation and its job's document is taken for dead after a while and followed; it finds
 * that out when it looks at the reservations after that document was written. What no order of writes can exclude (a store
 * without conditions, a process that dies just there) ends at the commit, which one of two conversions loses.
 *
 * <p>The last reservation of a dataset stays, a few bytes: a number that was used must not be free again.
 */
final class Reservations {
    static final String PREFIX = ".bams3-jobs/datasets/";

    private static final Pattern NUMBER = Pattern.compile(".*/([0-9]{12})");
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{32}) ([0-9]{1,18})");
    private static final int MAX_BYTES = 1024;

    /** How often a reader follows reservations that change under its eyes. */
    private static final int MAX_LOOKS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(Reservations.class);

    private final ObjectStore store;

    Reservations(ObjectStore store) {
        this.store = store;
    }

    /**
     * The highest reservation of a dataset.
     *
     * @param number from 1
     * @param holder its job; absent where the object is damaged
     * @param revision of the job that was to be written next
     * @param made when, by the clock of the store
     */
    record Reservation(long number, Optional<JobId> holder, long revision, Instant made) {}

    Optional<Reservation> last(DatasetId dataset) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            List<ObjectInfo> objects = objects(dataset);
            if (objects.isEmpty()) {
                return Optional.empty();
            }
            ObjectKey highest = objects.getLast().key();
            Instant made = objects.getLast().modified();
            try {
                byte[] body = store.get(highest, MAX_BYTES).body();
                Matcher text = TEXT.matcher(new String(body, StandardCharsets.US_ASCII));
                return Optional.of(
                        text.matches()
                                ? new Reservation(
                                        number(highest),
                                        Optional.of(new JobId(text.group(1))),
                                        Long.parseLong(text.group(2)),
                                        made)
                                : new Reservation(number(highest), Optional.empty(), 0, made));
            } catch (ReadsException e) {
                // Followed and removed since it was listed.
                if (e.kind() != ErrorKind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        throw ReadsException.about(ErrorKind.OVERLOADED, dataset.value(), "is reserved all the time; ask again");
    }

    /**
     * Reserves the dataset for a job that is to be written.
     *
     * @param number one more than that of the last reservation
     * @return false if somebody else was first
     */
    boolean follow(DatasetId dataset, long number, Job job) {
        String text = job.id() + " " + job.revision();
        try {
            store.put(key(dataset, number), text.getBytes(StandardCharsets.US_ASCII), PutCondition.ifAbsent());
            return true;
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CHANGED) {
                return false;
            }
            throw e;
        }
    }

    /** Whether nobody has followed since; removes the reservations before, which are of no use any more. */
    boolean holds(DatasetId dataset, long number) {
        List<ObjectInfo> objects = objects(dataset);
        if (objects.isEmpty() || number(objects.getLast().key()) != number) {
            return false;
        }
        for (ObjectInfo older : objects.subList(0, objects.size() - 1)) {
            try {
                store.delete(older.key());
            } catch (ReadsException e) {
                LOG.debug("left behind, to be removed with a later reservation: {}", older.key(), e);
            }
        }
        return true;
    }

    /** In the order of their numbers. */
    private List<ObjectInfo> objects(DatasetId dataset) {
        return store.list(folder(dataset), "", ObjectStore.MAX_LISTED).stream()
                .filter(object -> NUMBER.matcher(object.key().value()).matches())
                .toList();
    }

    private static long number(ObjectKey key) {
        return Long.parseLong(key.value().substring(key.value().lastIndexOf('/') + 1));
    }

    private static ObjectKey key(DatasetId dataset, long number) {
        return new ObjectKey(folder(dataset) + String.format(Locale.ROOT, "%012d", number));
    }

    private static String folder(DatasetId dataset) {
        return PREFIX + JobId.digest("dataset", dataset.value()) + "/";
    }
}
