package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jobs' documents in the store of the datasets, below {@value #PREFIX}, which no dataset id can name. Each job is a
 * {@link RevisionLog}: submitting, claiming, heartbeats, cancelling and fencing are one step, which creates the next revision.
 */
final class JobDocuments {
    static final String PREFIX = ".bams3-jobs/jobs/";

    private static final Logger LOG = LoggerFactory.getLogger(JobDocuments.class);
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ENDED = 1024;
    private static final int AT_ONCE = 16;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ObjectStore store;
    private final ExecutorService waiting;
    private final JobSignal signal;
    private final JobCounts counts = new JobCounts();

    // Both guarded by known.

    /** The last revision that was read or written of every job; each is immutable under its ETag. */
    private final Map<JobId, Known> known = new HashMap<>();

    /** Ended jobs, most recently used first; there may be very many, so this cache is bounded. */
    private final Map<JobId, Job> ended = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, Job> eldest) {
            return size() > MAX_ENDED;
        }
    };

    /** @param open the whole job, unless it has ended */
    private record Known(
            JobOutline outline, ETag etag, @Nullable Job open) {}

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
        Optional<Job> found = log(id).latest(revision -> read(id, revision.object()));
        // A server whose listings are no snapshots may show neither of two revisions while one replaces the other.
        return found.isEmpty() && lastRevision(id) > 0
                ? log(id).latest(revision -> read(id, revision.object()))
                : found;
    }

    /** All jobs as they are now, by id; those that change meanwhile as they were or are. Reads only those that have changed. */
    List<JobOutline> outlines() {
        Set<JobId> before;
        synchronized (known) {
            before = new HashSet<>(known.keySet());
        }
        Map<JobId, ObjectInfo> found = new TreeMap<>();
        RevisionLog.highest(store, PREFIX).forEach((folder, revision) -> {
            String name = folder.substring(PREFIX.length(), folder.length() - 1);
            if (JobId.isValid(name)) {
                found.put(new JobId(name), revision.object());
            }
        });
        before.removeAll(found.keySet());
        synchronized (known) {
            known.keySet().removeAll(before);
            ended.keySet().removeAll(before);
        }
        List<JobOutline> outlines = new ArrayList<>(found.size());
        try (OrderedTasks<Optional<Job>> reads = new OrderedTasks<>(waiting)) {
            found.forEach((id, object) -> {
                Known last = known(id, object);
                if (last != null) {
                    outlines.add(last.outline);
                    return;
                }
                if (reads.pending() >= AT_ONCE) {
                    reads.take().map(JobOutline::of).ifPresent(outlines::add);
                }
                reads.submit(() -> {
                    Optional<Job> job = readSound(id, object);
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

    /** Returns the cached job, if this is its document. */
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
     *     to be what was written here; UNAVAILABLE and the like when it is not known whether it was written
     */
    void write(Job job) {
        ETag etag = log(job.id())
                .create(job.revision(), JSON.writeValueAsBytes(job))
                .orElseThrow(() -> ReadsException.about(
                        ErrorKind.CHANGED, job.id().value(), "the job has changed since it was read"));
        remember(job, etag);
        counts.written(job);
        signal.changed();
    }

    /** Removes a job that has ended, the newest revision last, so that it is never seen in an earlier state. */
    void forget(JobId id) {
        log(id).remove();
        synchronized (known) {
            known.remove(id);
            ended.remove(id);
        }
        signal.changed();
    }

    private RevisionLog log(JobId id) {
        return new RevisionLog(store, PREFIX + id + "/", ".json");
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
        return store.find(object.key(), MAX_BYTES).map(stored -> {
            Job job = decoded(object.key(), stored.body());
            if (!job.id().equals(id) || !key(id, job.revision()).equals(object.key())) {
                throw ReadsException.about(ErrorKind.CORRUPT, object.key().value(), "the document of another job");
            }
            remember(job, stored.etag());
            return job;
        });
    }

    private static Job decoded(ObjectKey key, byte[] body) {
        try {
            return JSON.readValue(body, Job.class);
        } catch (JacksonException e) {
            throw ReadsException.about(
                    ErrorKind.CORRUPT, key.value(), "not the document of a job: " + e.getOriginalMessage(), e);
        }
    }

    private Optional<Job> readSound(JobId id, ObjectInfo object) {
        return skippingCorrupt(() -> read(id, object));
    }

    private Optional<Job> findSound(JobId id) {
        return skippingCorrupt(() -> find(id));
    }

    /** Skips a damaged document, which must not keep workers from all others. */
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

    private static ObjectKey key(JobId id, long revision) {
        return new ObjectKey(String.format(Locale.ROOT, "%s%s/%012d.json", PREFIX, id, revision));
    }
}
