package dev.bams3.jobs;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreConditions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the jobs of a store in this process: claims queued ones, oldest first, takes over those whose worker has gone
 * silent, and forgets old ones. Any number of processes do so at one store.
 *
 * <p>A worker counts as silent when its job's revision has not changed for a lease's time by the clock of the one who
 * watches, so clocks of machines need not agree.
 */
public final class JobWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);
    private static final Comparator<JobOutline> OLDEST_FIRST =
            Comparator.comparing(JobOutline::created).thenComparing(JobOutline::id);

    private final String name;
    private final ObjectStore store;
    private final JobDocuments documents;
    private final JobSettings settings;
    private final JobSignal signal;
    private final JobRunner runner;
    private final Clock clock;
    private final Thread loop;

    private final Map<JobId, Attempt> running = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;
    private volatile @Nullable StoreConditions conditions;

    // Of the loop's thread alone.
    private final Map<JobId, Sighting> sightings = new HashMap<>();
    private @Nullable ErrorKind lastTrouble;

    /** Since when a claimed job has had this revision, as far as this process knows. */
    private record Sighting(long revision, long since) {}

    /**
     * Starts to work.
     *
     * @param name of this worker, unlike that of any other that lives or ever lived
     * @param store that is tried for conditional writes before the first claim
     */
    JobWorker(
            String name,
            ObjectStore store,
            JobDocuments documents,
            JobSettings settings,
            JobSignal signal,
            JobRunner runner,
            Clock clock) {
        this.name = name;
        this.store = store;
        this.documents = documents;
        this.settings = settings;
        this.signal = signal;
        this.runner = runner;
        this.clock = clock;
        loop = Thread.ofVirtual().name("job-worker").unstarted(this::work);
        if (settings.workers() > 0) {
            loop.start();
        }
    }

    /** Returns the name that it writes into the documents of its jobs. */
    public String name() {
        return name;
    }

    /** Jobs that run here now. */
    public int running() {
        return running.size();
    }

    /** Jobs that may run here at one time. */
    public int places() {
        return settings.workers();
    }

    /** Returns which conditions the store honours; empty until that was tested, before the first claim. */
    Optional<StoreConditions> conditions() {
        return Optional.ofNullable(conditions);
    }

    /** Whether it takes jobs: not before it knows the store, nor where that cannot keep workers apart and there may be others. */
    public boolean mayClaim() {
        StoreConditions known = conditions;
        return settings.workers() > 0 && known != null && (known.ifAbsent() || settings.alone());
    }

    private void probe() {
        StoreConditions found = StoreConditions.of(store);
        if (!found.ifAbsent() && settings.alone()) {
            LOG.warn(
                    "{} ignores If-None-Match, so that workers cannot exclude each other and a dataset may be replaced"
                            + " unasked. This process works on conversions as it is said to be the only one"
                            + " (BAMS3_JOBS_ALONE)",
                    store.location());
        } else if (!found.ifAbsent()) {
            LOG.error(
                    "{} ignores If-None-Match, so that workers cannot exclude each other: conversions wait. If this is"
                            + " the only process that works on them, set BAMS3_JOBS_ALONE=true for it and"
                            + " BAMS3_JOBS_WORKERS=0 for all others",
                    store.location());
        } else if (!found.ifMatch()) {
            LOG.warn(
                    "{} does not honour If-Match: datasets can be made but not replaced there; remove one first."
                            + " Conversions are shared between replicas all the same, by If-None-Match",
                    store.location());
        }
        conditions = found;
    }

    private void work() {
        long seen = signal.changes();
        while (!stopping) {
            try {
                if (conditions == null) {
                    probe();
                }
                if (settings.workers() > 0) {
                    look();
                }
                lastTrouble = null;
            } catch (ReadsException e) {
                if (!stopping && e.kind() != lastTrouble) {
                    lastTrouble = e.kind();
                    LOG.warn("conversions wait: {}", e.getMessage());
                }
            } catch (RuntimeException e) {
                LOG.error("looking for conversions failed", e);
            }
            try {
                seen = awaitWork(seen);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Until it is time to look again, or at once where there is a free place and something has changed here. */
    private long awaitWork(long seen) throws InterruptedException {
        long now = signal.await(seen, settings.poll());
        long end = System.nanoTime() + settings.poll().toNanos();
        while (!stopping && running.size() >= settings.workers() && System.nanoTime() < end) {
            now = signal.await(now, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return now;
    }

    private void look() {
        List<JobOutline> jobs = documents.outlines();
        documents.counts().looked(jobs);
        jobs.sort(OLDEST_FIRST);
        Instant now = clock.instant();
        long nanos = System.nanoTime();
        Set<JobId> claimed = new HashSet<>();
        for (JobOutline job : jobs) {
            if (stopping) {
                return;
            }
            if (job.state().isClaimed()) {
                claimed.add(job.id());
            }
            if (job.state().isFinal()) {
                if (job.since().plus(settings.retention()).isBefore(now)) {
                    documents.forget(job.id());
                }
                continue;
            }
            documents
                    .lastSeen(job.id())
                    .filter(seen -> isFree(seen, now, nanos))
                    .ifPresent(free -> {
                        if (mayClaim() && running.size() < settings.workers()) {
                            claim(free);
                        }
                    });
        }
        sightings.keySet().retainAll(claimed);
    }

    private boolean isFree(Job job, Instant now, long nanos) {
        if (running.containsKey(job.id())) {
            return false;
        }
        if (job.state() == JobState.QUEUED) {
            return job.notBefore().map(time -> !now.isBefore(time)).orElse(true);
        }
        return job.state().isClaimed() && isSilent(job, nanos);
    }

    private boolean isSilent(Job job, long nanos) {
        Sighting sighting = sightings.get(job.id());
        if (sighting == null || sighting.revision != job.revision()) {
            sightings.put(job.id(), new Sighting(job.revision(), nanos));
            return false;
        }
        return nanos - sighting.since >= settings.lease().toNanos();
    }

    private void claim(Job job) {
        Job claimed = job.claimed(name, clock.instant());
        try {
            documents.write(claimed);
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CHANGED) {
                // Another worker's, or changed by its owner; if the write was ours after all, it is silent soon.
                return;
            }
            throw e;
        }
        if (job.state().isClaimed()) {
            LOG.warn(
                    "conversion {} is taken over from {}, which has been silent",
                    job.id(),
                    job.worker().orElse("nobody"));
        }
        start(claimed);
    }

    private void start(Job job) {
        Attempt attempt = new Attempt(job, documents, settings, signal, runner, clock);
        running.put(job.id(), attempt);
        Thread thread = Thread.ofPlatform().name("job-" + job.id()).daemon().unstarted(() -> {
            try {
                attempt.run();
            } finally {
                running.remove(job.id());
                threads.remove(Thread.currentThread());
                signal.changed();
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Stops to claim and gives back what runs, so that another worker goes on with it at once. Waits for the end of both. */
    @Override
    public void close() {
        stopping = true;
        signal.changed();
        boolean interrupted = false;
        try {
            loop.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        running.values().forEach(Attempt::stop);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
