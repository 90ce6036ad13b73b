package dev.bams3.jobs;

import dev.bams3.convert.ConversionControl;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.convert.ShardResult;
import dev.bams3.convert.Supervision;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.SourcePlaces.Opened;
import dev.bams3.storage.ObjectStore;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Converts a shard of a job in a process of its own, which knows the job by its document alone. It never publishes, and stops
 * writing soon after the job is cancelled, has ended, was submitted again, or can no longer be read.
 */
public final class ShardWorker {
    /**
     * Exit code of a process that says that another try would fail alike; none that a shell, a signal or the JVM ends with,
     * whose -XX:+ExitOnOutOfMemoryError is 3.
     */
    public static final int FOR_GOOD = 42;

    private final JobDocuments documents;
    private final JobConversions conversions;
    private final Converter converter;
    private final JobSettings settings;
    private final ExecutorService waiting;

    /**
     * @param store of the datasets, which holds the jobs too
     * @param settings its heartbeat is the interval at which the job is read, its lease how long reading it may fail
     * @param temporary folder for sorting
     * @param waiting starts a thread for every task; stays the caller's
     */
    public ShardWorker(
            ObjectStore store,
            SourcePlaces sources,
            Converter converter,
            JobSettings settings,
            Path temporary,
            ExecutorService waiting) {
        documents = new JobDocuments(store, waiting, new JobSignal());
        conversions = new JobConversions(store, sources, temporary);
        this.converter = converter;
        this.settings = settings;
        this.waiting = waiting;
    }

    /**
     * Converts one shard of the plan that the job's coordinator has stored, unless it is converted already.
     *
     * @param created when the job was submitted, milliseconds since 1970: another submission is another conversion
     * @param shard its number
     * @throws ReadsException CANCELLED when the job is not to be worked on any more; UNAVAILABLE when that could not be
     *     found out for a lease's time; else as {@link Converter#convertShard}
     */
    public ShardResult run(JobId id, long created, int shard) {
        Job job = wanted(id, created);
        ConversionControl control = new ConversionControl();
        AtomicReference<@Nullable ReadsException> lost = new AtomicReference<>();
        var watch = waiting.submit(() -> watch(id, created, control, lost));
        try (Opened opened = conversions.open(job)) {
            Supervision supervision = new Supervision(Progress.Listener.NONE, control, () -> wanted(id, created));
            return converter.convertShard(conversions.request(job, opened), shard, supervision);
        } catch (ReadsException e) {
            ReadsException why = lost.get();
            if (e.kind() == ErrorKind.CANCELLED && why != null) {
                throw why;
            }
            throw e;
        } finally {
            watch.cancel(true);
        }
    }

    private Job wanted(JobId id, long created) {
        return documents
                .find(id)
                .filter(now -> now.created().toEpochMilli() == created)
                .filter(now -> now.state() == JobState.RUNNING || now.state() == JobState.QUEUED)
                .filter(now -> !now.isFailing())
                .orElseThrow(() -> ReadsException.about(
                        ErrorKind.CANCELLED,
                        id.value(),
                        "the conversion was cancelled, has ended or was submitted again; nothing more is written"));
    }

    /** @param lost is called before the conversion is stopped because the job could not be read for too long */
    private void watch(
            JobId id, long created, ConversionControl control, AtomicReference<@Nullable ReadsException> lost) {
        JobSignal end = new JobSignal();
        long seen = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                end.await(0, settings.heartbeat());
                wanted(id, created);
                seen = System.nanoTime();
            } catch (InterruptedException e) {
                return;
            } catch (ReadsException e) {
                boolean cancelled = e.kind() == ErrorKind.CANCELLED;
                boolean out = System.nanoTime() - seen > settings.lease().toNanos();
                if (out && !cancelled) {
                    lost.set(ReadsException.about(
                            ErrorKind.UNAVAILABLE,
                            id.value(),
                            "the conversion could not be looked at for " + settings.lease()
                                    + "; nothing more is written: " + e.getMessage(),
                            e));
                }
                if (cancelled || out) {
                    control.stop();
                    return;
                }
            }
        }
    }
}
