package dev.bams3.jobs;

import dev.bams3.dataset.DatasetId;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides which job may make a dataset. The reservations of a dataset are a {@link RevisionLog} in the store of the datasets; the
 * highest holds, and names a job and the revision by which it is submitted. A submission creates the next reservation first,
 * and may do so only when the last one's job has ended; so of concurrent submissions for one dataset exactly one succeeds.
 *
 * <p>A process that is suspended between its reservation and its job's document is taken for dead after a while, and another
 * submission follows; it detects this by reading the reservations again after the document is written. What no order of
 * writes can exclude (a store without conditions, a process that dies just there) ends at the commit, which one of two
 * conversions loses.
 *
 * <p>The last reservation of a dataset stays, a few bytes: a number that was used must not be free again.
 */
final class Reservations {
    static final String PREFIX = ".bams3-jobs/datasets/";

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{32}) ([0-9]{1,18})");
    private static final int MAX_BYTES = 1024;

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
        return log(dataset).latest(MAX_BYTES).map(entry -> {
            long number = entry.revision().number();
            Instant made = entry.revision().object().modified();
            Matcher text = TEXT.matcher(new String(entry.body(), StandardCharsets.US_ASCII));
            return text.matches()
                    ? new Reservation(
                            number, Optional.of(new JobId(text.group(1))), Long.parseLong(text.group(2)), made)
                    : new Reservation(number, Optional.empty(), 0, made);
        });
    }

    /**
     * Reserves the dataset for a job that is to be written.
     *
     * @param number one more than that of the last reservation
     * @return false if another submission was first
     */
    boolean follow(DatasetId dataset, long number, Job job) {
        String text = job.id() + " " + job.revision();
        return log(dataset)
                .propose(number, text.getBytes(StandardCharsets.US_ASCII))
                .isPresent();
    }

    /** Returns whether no other submission has followed since. */
    boolean holds(DatasetId dataset, long number) {
        return log(dataset).confirm(number);
    }

    private RevisionLog log(DatasetId dataset) {
        return new RevisionLog(store, PREFIX + JobId.digest("dataset", dataset.value()) + "/", "");
    }
}
