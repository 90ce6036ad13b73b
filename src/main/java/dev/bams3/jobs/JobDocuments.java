package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jobs' documents in the store of the datasets, below {@value #PREFIX}, which no dataset id can name.
 *
 * <p>Revision {@code n} of a job is the object {@code <id>/<n>.json}, and the job is its highest revision. A change is made
 * by creating the next revision with {@code If-None-Match: *}: of all who try to follow the same revision one succeeds.
 * So one kind of condition, which every store that datasets can be committed to has, does for submitting, claiming,
 * heartbeats and fencing; {@code If-Match}, which some S3-compatible servers refuse, is not needed.
 *
 * <p>Older revisions are removed once a newer one is there. A writer that was asleep for long may therefore create a
 * number again whose object is gone; it is never the highest then, so that nobody reads it, and the listing that follows
 * every write tells the writer that it came too late. The highest revision is never removed but with its job.
 */
final class JobDocuments {
    static final String PREFIX = ".bams3-jobs/jobs/";

    private static final Logger LOG = LoggerFactory.getLogger(JobDocuments.class);
    private static final Pattern KEY = Pattern.compile(Pattern.quote(PREFIX) + "([0-9a-f]{32})/([0-9]{12})\\.json");
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ENDED = 1024;
    private static final int AT_ONCE = 16;

    /** How often a reader follows a job that changes under its eyes. */
    private static final int MAX_LOOKS = 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ObjectStore store;
    private final ExecutorService waiting;
    private final JobSignal signal;
    private final JobCounts counts = new JobCounts();

    // Both guarded by known.

    /** Of every job that is there, the last revision that was read or written; each is immutable under its ETag. */
    private final Map<JobId, Known> known = new HashMap<>();

    /** Whole jobs that have ended, of which there may be very many: those that were asked for last. */
    private final Map<JobId, Job> ended = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, Job> eldest) {
            return size() > MAX_ENDED;
        }
    };

    /** @param open the whole job, unless it has ended */
    private record Known(
            JobOutline outline, ETag etag, @Nullable Job open) {}

    /** Which objects a job has: the highest revision, and what may be removed. */
    private record Found(ObjectInfo highest, List<ObjectKey> older) {}

    /** @param waiting starts a thread for every task; stays the caller's */
    JobDocuments(ObjectStore store, ExecutorService waiting, JobSignal signal) {
        this.store = store;
        this.waiting = waiting;
        this.signal = signal;
    }

    JobCounts counts() {
        return counts;
    }

    /** The job as it is now. */
    Optional<Job> find(JobId id) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            Found found = list(id.value() + "/").get(id);
            if (found == null) {
                return Optional.empty();
            }
            Optional<Job> job = read(id, found.highest);
            if (job.isPresent()) {
                return job;
            }
        }
        throw ReadsException.about(ErrorKind.CHANGED, PREFIX + id, "the job changes all the time");
    }

    /** All jobs as they are now, by id; those that change meanwhile as they were or are. Reads only those that have changed. */
    List<JobOutline> outlines() {
        Set<JobId> before;
        synchronized (known) {
            before = new HashSet<>(known.keySet());
        }
        Map<JobId, Found> found = list("");
        before.removeAll(found.keySet());
        synchronized (known) {
            known.keySet().removeAll(before);
            ended.keySet().removeAll(before);
        }
        List<JobOutline> outlines = new ArrayList<>(found.size());
        try (OrderedTasks<Optional<Job>> reads = new OrderedTasks<>(waiting)) {
            found.forEach((id, objects) -> {
                Known last = known(id, objects.highest);
                if (last != null) {
                    outlines.add(last.outline);
                    return;
                }
                if (reads.pending() >= AT_ONCE) {
                    reads.take().map(JobOutline::of).ifPresent(outlines::add);
                }
                reads.submit(() -> {
                    Optional<Job> job = readSound(id, objects.highest);
                    return job.isPresent() ? job : findSound(id);
                });
            });
            while (reads.pending() > 0) {
                reads.take().map(JobOutline::of).ifPresent(outlines::add);
            }
        }
        outlines.sort(Comparator.comparing(JobOutline::id));
        return outlines;
    }

    /** The whole jobs, in this order, as they were or are; without those that are gone. */
    List<Job> whole(List<JobOutline> outlines) {
        List<Job> jobs = new ArrayList<>(outlines.size());
        try (OrderedTasks<Optional<Job>> reads = new OrderedTasks<>(waiting)) {
            for (JobOutline outline : outlines) {
                if (reads.pending() >= AT_ONCE) {
                    reads.take().ifPresent(jobs::add);
                }
                reads.submit(() -> {
                    Optional<Job> seen = lastSeen(outline.id());
                    return seen.isPresent() ? seen : findSound(outline.id());
                });
            }
            while (reads.pending() > 0) {
                reads.take().ifPresent(jobs::add);
            }
        }
        return jobs;
    }

    /** The revision that this process saw last, without asking the store; of a job that has ended, if it is remembered. */
    Optional<Job> lastSeen(JobId id) {
        synchronized (known) {
            Known last = known.get(id);
            return last == null ? Optional.empty() : Optional.ofNullable(last.open != null ? last.open : ended.get(id));
        }
    }

    /** The number of the revision that this process saw last, without asking the store; 0 for none. */
    long lastRevision(JobId id) {
        synchronized (known) {
            Known last = known.get(id);
            return last == null ? 0 : last.outline.revision();
        }
    }

    /** What is known of the job, if this is its document. */
    private @Nullable Known known(JobId id, ObjectInfo object) {
        synchronized (known) {
            Known last = known.get(id);
            boolean same = last != null
                    && last.etag.equals(object.etag())
                    && key(id, last.outline.revision()).equals(object.key());
            return same ? last : null;
        }
    }

    /**
     * Makes this the job's newest revision.
     *
     * @throws ReadsException CHANGED when its number is taken or passed: then the job is to be read again, and may be found
     *     to be what was written here; UNAVAILABLE and the like when nobody knows
     */
    void write(Job job) {
        ObjectKey key = key(job.id(), job.revision());
        byte[] body = JSON.writeValueAsBytes(job);
        ETag etag = create(key, body);
        Found found = list(job.id().value() + "/").get(job.id());
        if (found == null || !found.highest.key().equals(key)) {
            // Not the highest any more, so that nobody misses it.
            remove(key);
            throw ReadsException.about(ErrorKind.CHANGED, key.value(), "the job has changed since it was read");
        }
        remember(job, etag);
        counts.written(job);
        found.older.forEach(this::remove);
        signal.changed();
    }

    private ETag create(ObjectKey key, byte[] body) {
        try {
            return store.put(key, body, PutCondition.ifAbsent());
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CHANGED) {
                throw e;
            }
            // Done all the same, perhaps, with only the answer lost.
            try {
                var present = store.get(key, MAX_BYTES);
                if (Arrays.equals(present.body(), body)) {
                    return present.etag();
                }
            } catch (ReadsException unknown) {
                e.addSuppressed(unknown);
            }
            throw e;
        }
    }

    /** Removes a job that has ended, the newest revision last, so that it is never seen in an earlier state. */
    void forget(JobId id) {
        Found found = list(id.value() + "/").get(id);
        if (found != null) {
            found.older.forEach(store::delete);
            store.delete(found.highest.key());
        }
        synchronized (known) {
            known.remove(id);
            ended.remove(id);
        }
        signal.changed();
    }

    private Map<JobId, Found> list(String below) {
        Map<JobId, Found> jobs = new TreeMap<>();
        store.listAll(PREFIX + below).forEach(object -> {
            Matcher name = KEY.matcher(object.key().value());
            if (name.matches()) {
                // In the order of keys, which is that of revisions.
                jobs.merge(new JobId(name.group(1)), new Found(object, new ArrayList<>()), (before, last) -> {
                    before.older.add(before.highest.key());
                    return new Found(last.highest, before.older);
                });
            }
        });
        return jobs;
    }

    /** Empty if the object is gone, because a newer one is there. */
    private Optional<Job> read(JobId id, ObjectInfo object) {
        if (known(id, object) != null) {
            Optional<Job> seen =
                    lastSeen(id).filter(job -> key(id, job.revision()).equals(object.key()));
            if (seen.isPresent()) {
                return seen;
            }
        }
        try {
            var stored = store.get(object.key(), MAX_BYTES);
            Job job = JSON.readValue(stored.body(), Job.class);
            if (!job.id().equals(id) || !key(id, job.revision()).equals(object.key())) {
                throw ReadsException.about(ErrorKind.CORRUPT, object.key().value(), "the document of another job");
            }
            remember(job, stored.etag());
            return Optional.of(job);
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        } catch (JacksonException e) {
            throw ReadsException.about(
                    ErrorKind.CORRUPT, object.key().value(), "not the document of a job: " + e.getOriginalMessage(), e);
        }
    }

    private Optional<Job> readSound(JobId id, ObjectInfo object) {
        return skippingCorrupt(() -> read(id, object));
    }

    private Optional<Job> findSound(JobId id) {
        return skippingCorrupt(() -> find(id));
    }

    /** One damaged document must not keep all others from being worked on. */
    private static Optional<Job> skippingCorrupt(java.util.function.Supplier<Optional<Job>> body) {
        try {
            return body.get();
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CORRUPT) {
                throw e;
            }
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    private void remember(Job job, ETag etag) {
        JobOutline outline = JobOutline.of(job);
        boolean open = !job.state().isFinal();
        synchronized (known) {
            Known present = known.get(job.id());
            if (present == null
                    || present.outline.revision() <= outline.revision()
                    || present.outline.created().isBefore(outline.created())) {
                known.put(job.id(), new Known(outline, etag, open ? job : null));
                if (open) {
                    ended.remove(job.id());
                } else {
                    ended.put(job.id(), job);
                }
            }
        }
    }

    private void remove(ObjectKey key) {
        try {
            store.delete(key);
        } catch (ReadsException e) {
            LOG.debug("left behind, to be removed with a later revision: {}", key, e);
        }
    }

    private static ObjectKey key(JobId id, long revision) {
        return new ObjectKey(String.format(Locale.ROOT, "%s%s/%012d.json", PREFIX, id, revision));
    }
}
