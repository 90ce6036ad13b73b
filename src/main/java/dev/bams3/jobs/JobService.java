package dev.bams3.jobs;

import dev.bams3.convert.Converter;
import dev.bams3.dataset.Datasets;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreConditions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Jobs and their worker at one store, put together. Closing it gives back what runs here. */
public final class JobService implements AutoCloseable {
    private final Jobs jobs;
    private final JobWorker worker;
    private final JobCounts counts;
    private final Optional<ShardWorkers> shardWorkers;

    /**
     * Starts to work on the jobs of a store.
     *
     * @param name of this process, unlike that of any other that lives or ever lived
     * @param store of the datasets, which holds the jobs too
     * @param datasets of the same store
     * @param workers convert the shards of sources; absent: sources are not cut. Closed with this
     * @param temporary folder for sorting
     * @param waiting starts a thread for every task; stays the caller's
     */
    public JobService(
            String name,
            ObjectStore store,
            Datasets datasets,
            SourcePlaces sources,
            Converter converter,
            Optional<ShardWorkers> workers,
            JobSettings settings,
            Path temporary,
            ExecutorService waiting) {
        this(
                name,
                store,
                datasets,
                sources,
                new ConversionRunner(converter, new JobConversions(store, sources, temporary), datasets, workers),
                workers,
                settings,
                waiting);
    }

    JobService(
            String name,
            ObjectStore store,
            Datasets datasets,
            SourcePlaces sources,
            JobRunner runner,
            Optional<ShardWorkers> shardWorkers,
            JobSettings settings,
            ExecutorService waiting) {
        this.shardWorkers = shardWorkers;
        JobSignal signal = new JobSignal();
        JobDocuments documents = new JobDocuments(store, waiting, signal);
        counts = documents.counts();
        jobs = new Jobs(documents, new Reservations(store), signal, datasets, sources, runner, Clock.systemUTC());
        worker = new JobWorker(name, store, documents, settings, signal, runner, Clock.systemUTC());
    }

    public Jobs jobs() {
        return jobs;
    }

    public JobWorker worker() {
        return worker;
    }

    /** Numbers of jobs, as far as this process knows. */
    public JobCounts counts() {
        return counts;
    }

    /** Returns which conditions the store honours, as soon as that was tested. */
    public Optional<StoreConditions> conditions() {
        return worker.conditions();
    }

    @Override
    public void close() {
        worker.close();
        shardWorkers.ifPresent(ShardWorkers::close);
    }
}
