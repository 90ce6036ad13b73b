package dev.bams3.jobs;

import dev.bams3.convert.Converter;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectStore;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs and their worker at one store, put together. Closing it gives back what runs here. */
public final class JobService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobService.class);

    private final ObjectStore store;
    private final Jobs jobs;
    private final JobWorker worker;

    /**
     * Starts to work on the jobs of a store.
     *
     * @param name of this process, unlike that of any other that lives or ever lived
     * @param store of the datasets, which holds the jobs too
     * @param datasets of the same store
     * @param waiting starts a thread for every task; stays the caller's
     */
    public JobService(
            String name,
            ObjectStore store,
            Datasets datasets,
            SourcePlaces sources,
            Converter converter,
            JobSettings settings,
            ExecutorService waiting) {
        this(name, store, datasets, sources, new LocalRunner(converter, store, datasets, sources), settings, waiting);
    }

    JobService(
            String name,
            ObjectStore store,
            Datasets datasets,
            SourcePlaces sources,
            JobRunner runner,
            JobSettings settings,
            ExecutorService waiting) {
        this.store = store;
        JobSignal signal = new JobSignal();
        JobDocuments documents = new JobDocuments(store, waiting, signal);
        jobs = new Jobs(documents, signal, datasets, sources, Clock.systemUTC());
        worker = new JobWorker(name, documents, settings, signal, runner, Clock.systemUTC());
    }

    public Jobs jobs() {
        return jobs;
    }

    public JobWorker worker() {
        return worker;
    }

    /** Finds out, and says, what the store cannot do. Empty when it could not be found out now. */
    public Optional<StoreConditions> probe() {
        try {
            StoreConditions conditions = StoreConditions.of(store);
            if (!conditions.ifAbsent()) {
                LOG.warn(
                        "{} ignores If-None-Match, so workers cannot exclude each other: let only one process work on"
                                + " conversions (BAMS3_JOBS_WORKERS=0 for all others)",
                        store.location());
            } else if (!conditions.ifMatch()) {
                LOG.warn(
                        "{} refuses If-Match, so no dataset can be replaced: delete it first. Conversions do not need it",
                        store.location());
            }
            return Optional.of(conditions);
        } catch (ReadsException e) {
            LOG.warn("conversions: {} could not be tried for conditional writes: {}", store.location(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        worker.close();
    }
}
