package dev.bams3.jobs;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Sources, a store of datasets and any number of replicas on it, in one process. */
final class JobRig implements AutoCloseable {
    static final JobSettings QUICK = new JobSettings(
            1,
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            3,
            Duration.ofMillis(50),
            Duration.ofDays(1),
            false);

    /** Submits and watches, but does not work. */
    static final JobSettings IDLE = new JobSettings(
            0,
            QUICK.heartbeat(),
            QUICK.lease(),
            QUICK.poll(),
            QUICK.attempts(),
            QUICK.retryDelay(),
            QUICK.retention(),
            false);

    private static final String BUCKET = "s3://sources/";

    final ObjectStore sources;
    final ObjectStore datasets;
    private final Path temporary;
    final ExecutorService cpu = Executors.newFixedThreadPool(2);
    final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final List<AutoCloseable> replicas = new ArrayList<>();
    private int replicaNumber;

    /** Who converts shards for the replicas that are made from now on. */
    Optional<Function<Converter, ShardWorkers>> workers = Optional.empty();

    /** On S3, in a bucket of its own. */
    JobRig() {
        this(S3ProxyServer.shared(), S3ProxyServer.freshBucket(), Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** @param temporary folder for sorting */
    JobRig(S3Connection s3, String bucket, Path temporary) {
        this(
                s3.store(new StoreUri.Bucket(bucket, "sources")),
                s3.store(new StoreUri.Bucket(bucket, "datasets")),
                temporary);
    }

    private JobRig(ObjectStore sources, ObjectStore datasets, Path temporary) {
        this.sources = sources;
        this.datasets = datasets;
        this.temporary = temporary;
    }

    /** For tests of what lies between a store and its pods. */
    static JobRig inMemory() {
        return new JobRig(
                new MemoryObjectStore(), new MemoryObjectStore(), Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** A replica that sees the store through a double. */
    JobService replica(JobSettings settings, ObjectStore seen) {
        return replica(settings, seen, sources);
    }

    JobService replica(JobSettings settings, ObjectStore seen, ObjectStore seenSources) {
        Datasets cache = new Datasets(seen, DatasetCacheSettings.DEFAULT);
        SourcePlaces places = places(seenSources);
        Converter converter = new Converter("bams3-server/test", cpu, waiting);
        JobConversions conversions = new JobConversions(seen, places, temporary);
        Optional<ShardWorkers> others = workers.map(made -> made.apply(converter));
        return replica(
                settings, seen, cache, places, new ConversionRunner(converter, conversions, cache, others), others);
    }

    /** A replica that does something else than converting. */
    JobService replica(JobSettings settings, JobRunner runner) {
        return replica(
                settings,
                datasets,
                new Datasets(datasets, DatasetCacheSettings.DEFAULT),
                places(sources),
                runner,
                Optional.empty());
    }

    private JobService replica(
            JobSettings settings,
            ObjectStore seen,
            Datasets cache,
            SourcePlaces places,
            JobRunner runner,
            Optional<ShardWorkers> others) {
        JobService service =
                new JobService("replica-" + ++replicaNumber, seen, cache, places, runner, others, settings, waiting);
        replicas.add(service);
        return service;
    }

    static SourcePlaces places(ObjectStore seen) {
        return new SourcePlaces(List.of(), new StoreUri.Memory(""), root -> seen, new DamageCheck());
    }

    JobService replica() {
        return replica(QUICK, datasets);
    }

    /** Puts a file where its address leads. */
    String source(String name, byte[] file) {
        sources.put(new ObjectKey(name), file, PutCondition.always());
        return BUCKET + name;
    }

    /** Makes or replaces a dataset without any job. */
    void publish(String dataset, byte[] bam) {
        source("by-others.bam", bam);
        try (var opened = places(sources).open(places(sources).permitted("source", BUCKET + "by-others.bam"))) {
            new Converter("bams3-server/test", cpu, waiting)
                    .convert(
                            opened.object(),
                            DatasetLocation.of(datasets, new DatasetId(dataset)),
                            ConversionOptions.DEFAULT.withReplace(true),
                            Progress.Listener.NONE);
        }
    }

    /** How many records a dataset has. */
    long records(String dataset) {
        return new Datasets(datasets, DatasetCacheSettings.DEFAULT)
                .open(new DatasetId(dataset))
                .metadata()
                .digest()
                .records();
    }

    static byte[] bam(long seed, int records) {
        return Bams.file(RandomRecords.header(), new RandomRecords(seed).sortedList(records));
    }

    static JobRequest request(String source, String dataset) {
        return new JobRequest(source, dataset, JobOptions.DEFAULT);
    }

    static JobRequest replacing(String source, String dataset) {
        JobOptions usual = JobOptions.DEFAULT;
        return new JobRequest(
                source,
                dataset,
                new JobOptions(
                        usual.chunkBytes(),
                        usual.blockRecords(),
                        usual.level(),
                        usual.sort(),
                        true,
                        usual.reference(),
                        usual.verify(),
                        false,
                        false));
    }

    static Job submit(JobService replica, JobRequest request) {
        return replica.jobs().submit(request, Optional.empty());
    }

    /** The job when it has ended. */
    static Job ended(JobService replica, JobId id) {
        return until(replica, id, job -> job.state().isFinal());
    }

    static Job until(JobService replica, JobId id, java.util.function.Predicate<Job> condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Job job = replica.jobs().get(id);
        while (!condition.test(job)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still " + job);
            }
            try {
                job = replica.jobs()
                        .await(id, job.revision(), Duration.ofMillis(20))
                        .orElse(job);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return job;
    }

    /** Whether the dataset is there and every block of it sound. */
    boolean isSound(String dataset) {
        var open = new Datasets(datasets, DatasetCacheSettings.DEFAULT).open(new DatasetId(dataset));
        return new Verifier(cpu, waiting).verify(open, Progress.Listener.NONE).isSound();
    }

    List<String> published() {
        return new Datasets(datasets, DatasetCacheSettings.DEFAULT)
                .list("", "", 10_000).stream().map(DatasetId::value).toList();
    }

    /** Keys of the store but those of the jobs. */
    List<String> keys() {
        return datasets.list("", "", ObjectStore.MAX_LISTED).stream()
                .map(ObjectInfo::key)
                .map(ObjectKey::value)
                .filter(key -> !key.startsWith(".bams3-jobs/"))
                .collect(Collectors.toList());
    }

    @Override
    public void close() {
        try {
            for (AutoCloseable replica : replicas) {
                replica.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            cpu.shutdownNow();
            waiting.shutdownNow();
        }
    }
}
