package dev.bams3.jobs;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.Reservations.Reservation;
import dev.bams3.storage.ObjectUri;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits, lists, cancels and retries jobs, from any replica. Safe for use by many threads.
 *
 * <p>Failures: INVALID_INPUT naming the field of a request that cannot be accepted; NOT_FOUND for a job that is not there;
 * CHANGED where the job or the dataset is not in the state that the request needs; UNAVAILABLE and the like of the store.
 */
public final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Comparator<JobOutline> NEWEST_FIRST = Comparator.comparing(JobOutline::created)
            .thenComparing(JobOutline::id)
            .reversed();

    /** Visible ASCII; it is only ever hashed. */
    private static final Pattern KEY = Pattern.compile("[!-~]{1,200}");

    private static final Pattern CURSOR = Pattern.compile("([0-9]{1,18})-([0-9a-f]{32})");

    /** Retries of a change that loses against concurrent ones. */
    private static final int MAX_TRIES = 10;

    /** Longest time from a reservation to its document; after it the submitting process counts as dead. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** An older reservation without a job is of one that was forgotten; much more than clocks differ. */
    private static final Duration RECENT = Duration.ofMinutes(10);

    private static final Duration LOOK = Duration.ofMillis(50);

    private final JobDocuments documents;
    private final Reservations reservations;
    private final JobSignal signal;
    private final Datasets datasets;
    private final SourcePlaces sources;
    private final JobRunner runner;
    private final Clock clock;

    /** @param runner is called only to remove what is left of jobs that no worker holds */
    Jobs(
            JobDocuments documents,
            Reservations reservations,
            JobSignal signal,
            Datasets datasets,
            SourcePlaces sources,
            JobRunner runner,
            Clock clock) {
        this.documents = documents;
        this.reservations = reservations;
        this.signal = signal;
        this.datasets = datasets;
        this.sources = sources;
        this.runner = runner;
        this.clock = clock;
    }

    /**
     * A page of jobs.
     *
     * @param jobs newest first
     * @param next {@code after} of the next page; absent: this is the last
     */
    public record Page(List<Job> jobs, Optional<String> next) {}

    /**
     * Accepts a conversion, or finds the job that was accepted for it before. The same bytes, dataset and options are the
     * same job, under any idempotency key, while it waits or runs and as long as its result exists. A job that ended
     * otherwise is queued again, or replaced by a new one if a key names it. A dataset has at most one job that has not
     * ended.
     *
     * @param key idempotency key of the client: it names one job for ever, however that ends
     */
    public Job submit(JobRequest request, Optional<String> key) {
        if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
            throw ReadsException.invalidInput("Idempotency-Key", "must be 1 to 200 visible ASCII characters");
        }
        DatasetId dataset = datasetId(request.dataset());
        ObjectUri address = sources.permitted("source", request.source());
        JobRequest resolved = new JobRequest(address.withSecrets(), dataset.value(), request.options());
        if (key.isPresent()) {
            Optional<Job> known = documents.find(JobId.ofKey(key.get()));
            if (known.isPresent()) {
                return sameAs(known.get(), resolved);
            }
        }
        JobSource source = sources.examine("source", address);
        request.options().reference().ifPresent(reference -> sources.permitted("options.reference", reference));
        JobId id = key.map(JobId::ofKey)
                .orElseGet(() -> JobId.ofWork(resolved.source(), source.etag(), resolved.dataset()));
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            Optional<Job> known = documents.find(id);
            if (known.isPresent() && key.isPresent()) {
                return sameAs(known.get(), resolved);
            }
            if (known.isPresent() && stands(known.get(), resolved, source)) {
                return known.get();
            }
            Optional<Reservation> last = reservations.last(dataset);
            Optional<Job> holder =
                    last.flatMap(this::holder).filter(job -> !job.id().equals(id));
            if (holder.isPresent() && stands(holder.get(), resolved, source)) {
                return holder.get();
            }
            Optional<String> replaces = replaced(dataset, resolved.options());
            Job job = known.map(ended -> ended.resubmitted(resolved, source, replaces, now()))
                    .orElseGet(
                            () -> Job.submitted(new JobSpec(id, key.isPresent(), resolved, source, replaces, now())));
            if (isQueued(job, dataset, last)) {
                return job;
            }
        }
        throw busy(id);
    }

    /** Writes a job that waits for a worker; false if another client has submitted a job of its dataset meanwhile. */
    private boolean isQueued(Job job, DatasetId dataset, Optional<Reservation> last) {
        long number = last.map(Reservation::number).orElse(0L) + 1;
        if (!reservations.follow(dataset, number, job) || !written(job)) {
            return false;
        }
        if (reservations.holds(dataset, number)) {
            return true;
        }
        // We were slow, and taken for dead. If that was a submission of the same job, both are answered with it.
        Optional<JobId> winner = reservations.last(dataset).flatMap(Reservation::holder);
        if (winner.equals(Optional.of(job.id()))) {
            return true;
        }
        LOG.warn("conversion {} gives way to another one of dataset '{}'", job.id(), dataset);
        cancel(job.id());
        throw ReadsException.conflict("dataset", "another conversion of it was submitted at the same time; ask again");
    }

    /** The job of a reservation as it was submitted, for which this waits a while; absent: it never was, or is forgotten. */
    private Optional<Job> holder(Reservation last) {
        if (last.holder().isEmpty()) {
            return Optional.empty();
        }
        boolean isRecent = last.made().plus(RECENT).isAfter(now());
        long end = System.nanoTime() + (isRecent ? PATIENCE.toNanos() : 0);
        long changes = signal.changes();
        while (true) {
            Optional<Job> job = documents.find(last.holder().get());
            if (System.nanoTime() > end
                    || job.map(found -> found.revision() >= last.revision()).orElse(false)) {
                return job;
            }
            try {
                changes = signal.await(changes, LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ReadsException.of(ErrorKind.CANCELLED, "interrupted while the dataset was reserved");
            }
        }
    }

    private static DatasetId datasetId(String text) {
        if (!DatasetId.isValid(text)) {
            throw ReadsException.invalidInput(
                    "dataset", "is no dataset id: use letters, digits and ._~@+=,:- in segments joined by '/'");
        }
        DatasetId id = new DatasetId(text);
        ReservedNames.check("dataset", id);
        return id;
    }

    /** A key is used twice for different things only by mistake. */
    private static Job sameAs(Job known, JobRequest wanted) {
        if (!known.request().equals(wanted)) {
            throw ReadsException.invalidInput(
                    "Idempotency-Key",
                    "stands for another request already: conversion " + known.id() + "; use a new key");
        }
        return known;
    }

    /** Whether the job, which is for the same dataset, is an answer to the request now; refuses it while it is in the way. */
    private boolean stands(Job known, JobRequest wanted, JobSource source) {
        boolean sameBytes = known.request().source().equals(wanted.source())
                && known.source().etag().equals(source.etag());
        boolean sameWork = sameBytes && known.request().equals(wanted);
        if (!known.state().isFinal()) {
            if (known.state() == JobState.CANCELLING) {
                throw ReadsException.conflict(
                        "dataset", "conversion " + known.id() + " is being cancelled; ask again when it has ended");
            }
            if (!sameWork) {
                throw ReadsException.conflict(
                        sameBytes ? "options" : "dataset",
                        "conversion " + known.id() + " makes this dataset already, "
                                + (sameBytes ? "of this source, with other options" : "of another source")
                                + "; wait for its end, or cancel it first");
            }
            return true;
        }
        return sameWork
                && known.state() == JobState.SUCCEEDED
                && published(new DatasetId(wanted.dataset()))
                        .map(dataset -> dataset.metadata().uuid().toString())
                        .equals(known.result().map(JobResult::uuid));
    }

    /** ETag of the dataset that is to be replaced. */
    private Optional<String> replaced(DatasetId dataset, JobOptions options) {
        Optional<String> present = published(dataset).map(open -> open.etag().value());
        if (present.isPresent() && !options.replace()) {
            throw ReadsException.conflict(
                    "dataset", "'" + dataset + "' exists already; choose another id, or set options.replace to true");
        }
        return present;
    }

    private Optional<OpenDataset> published(DatasetId dataset) {
        datasets.forget(dataset);
        return datasets.find(dataset);
    }

    /** @throws ReadsException NOT_FOUND */
    public Job get(JobId id) {
        return documents.find(id).orElseThrow(() -> missing(id));
    }

    /**
     * Jobs, newest first.
     *
     * @param state only those in it
     * @param dataset only those that make it
     * @param after {@link Page#next} of the page before; absent: the first page
     * @param limit 1 or more
     */
    public Page list(Optional<JobState> state, Optional<String> dataset, Optional<String> after, int limit) {
        Optional<Cursor> behind = after.map(Cursor::parse);
        List<JobOutline> found = documents.outlines().stream()
                .filter(job -> state.map(wanted -> job.state() == wanted).orElse(true))
                .filter(job ->
                        dataset.map(wanted -> job.dataset().equals(wanted)).orElse(true))
                .filter(job -> behind.map(cursor -> cursor.isBefore(job)).orElse(true))
                .sorted(NEWEST_FIRST)
                .limit(limit + 1L)
                .toList();
        boolean last = found.size() <= limit;
        List<JobOutline> shown = last ? found : found.subList(0, limit);
        List<Job> jobs = documents.whole(shown).stream()
                // It may have changed since it was listed.
                .filter(job -> state.map(wanted -> job.state() == wanted).orElse(true))
                .toList();
        return new Page(jobs, last ? Optional.empty() : Optional.of(Cursor.of(shown.getLast())));
    }

    private record Cursor(Instant created, String id) {
        static Cursor parse(String text) {
            var matcher = CURSOR.matcher(text);
            if (!matcher.matches()) {
                throw ReadsException.invalidInput("after", "is not the 'next' of an answer");
            }
            return new Cursor(Instant.ofEpochMilli(Long.parseLong(matcher.group(1))), matcher.group(2));
        }

        static String of(JobOutline job) {
            return job.created().toEpochMilli() + "-" + job.id();
        }

        boolean isBefore(JobOutline job) {
            int order = job.created().compareTo(created);
            return order < 0 || (order == 0 && job.id().value().compareTo(id) < 0);
        }
    }

    /** Asks for the end of a job. One that waits has ended when this returns; one that runs ends within seconds. */
    public Job cancel(JobId id) {
        Job cancelled = change(id, job -> {
            if (job.state() == JobState.CANCELLED || job.state() == JobState.CANCELLING) {
                return Optional.empty();
            }
            if (job.state().isFinal()) {
                throw ReadsException.conflict(
                        "id", "has ended already (" + job.state() + "); DELETE /admin/datasets/{id} removes a dataset");
            }
            return Optional.of(job.cancelRequested(now()));
        });
        if (cancelled.state() == JobState.CANCELLED) {
            discard(cancelled);
        }
        return cancelled;
    }

    /** Removes what earlier attempts have left of a job that waited for the next; not where writes may be on their way. */
    private void discard(Job cancelled) {
        if (cancelled.started().isEmpty() || cancelled.commitPending()) {
            return;
        }
        try {
            runner.discard(cancelled);
        } catch (ReadsException e) {
            LOG.warn("conversion {}: left for the sweep: {}", cancelled.id(), e.getMessage());
        }
    }

    /** Queues a job again that has failed or was cancelled. */
    public Job retry(JobId id) {
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            Job job = get(id);
            if (job.state() != JobState.FAILED && job.state() != JobState.CANCELLED) {
                throw ReadsException.conflict(
                        "id", "is " + job.state() + "; only one that is FAILED or CANCELLED can be retried");
            }
            // Of the bytes that are there now: the source may have been what was wrong.
            JobSource source = sources.examine(
                    "source", sources.permitted("source", job.request().source()));
            DatasetId dataset = new DatasetId(job.request().dataset());
            Optional<Reservation> last = reservations.last(dataset);
            last.flatMap(this::holder)
                    .filter(other -> !other.id().equals(id) && !other.state().isFinal())
                    .ifPresent(other -> {
                        throw ReadsException.conflict(
                                "dataset",
                                "conversion " + other.id() + " makes this dataset now; wait for its end, or cancel it");
                    });
            Optional<String> replaces = replaced(dataset, job.request().options());
            Job again = job.resubmitted(job.request(), source, replaces, now());
            if (isQueued(again, dataset, last)) {
                return again;
            }
        }
        throw busy(id);
    }

    private Job change(JobId id, Function<Job, Optional<Job>> step) {
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            Job job = get(id);
            Optional<Job> next = step.apply(job);
            if (next.isEmpty()) {
                return job;
            }
            if (written(next.get())) {
                return next.get();
            }
        }
        throw busy(id);
    }

    private boolean written(Job job) {
        try {
            documents.write(job);
            return true;
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CHANGED) {
                return false;
            }
            throw e;
        }
    }

    /**
     * The job as soon as its revision is over {@code seen}; empty when that takes longer than {@code atMost}. What this
     * process writes is seen at once, what others write at the end of the time.
     */
    public Optional<Job> await(JobId id, long seen, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        long changes = signal.changes();
        while (documents.lastRevision(id) <= seen) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                break;
            }
            changes = signal.await(changes, Duration.ofNanos(left));
        }
        return Optional.of(get(id)).filter(job -> job.revision() > seen);
    }

    /** Truncates to the precision of a page's cursor. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static ReadsException missing(JobId id) {
        return ReadsException.notFound("id", "there is no conversion " + id + "; old ones are forgotten");
    }

    private static ReadsException busy(JobId id) {
        return ReadsException.about(ErrorKind.OVERLOADED, id.value(), "the job changes all the time; ask again");
    }
}
