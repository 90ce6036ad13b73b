package dev.bams3.app;

import dev.bams3.cohort.Cohorts;
import dev.bams3.convert.Converter;
import dev.bams3.dataset.Datasets;
import dev.bams3.jobs.JobService;
import dev.bams3.jobs.LocalShardWorkers;
import dev.bams3.jobs.ShardSettings;
import dev.bams3.jobs.ShardWorkers;
import dev.bams3.jobs.SourcePlaces;
import dev.bams3.jobs.Sweeper;
import dev.bams3.jobs.kubernetes.JobTemplate;
import dev.bams3.jobs.kubernetes.KubernetesJobs;
import dev.bams3.jobs.kubernetes.KubernetesShards;
import dev.bams3.lifecycle.Retention;
import dev.bams3.metrics.ConversionMetrics;
import dev.bams3.security.AdminMode;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.temporary.TemporaryFolder;
import dev.bams3.web.admin.ConversionsController;
import dev.bams3.web.admin.KeptCohortsController;
import dev.bams3.web.admin.RemovalController;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** Conversions and their endpoints. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(JobsConfiguration.class);

    @Bean
    JobPools jobPools() {
        return new JobPools();
    }

    @Bean
    JobService jobService(Settings settings, Stores stores, ObjectStore store, Datasets datasets, JobPools pools) {
        boolean open = SecurityConfiguration.mode(settings) != AdminMode.OFF;
        SourcePlaces places = places(settings, stores, datasets.damage());
        Converter converter = new Converter(ProgramVersion.PROGRAM, pools.cpu(), pools.waiting());
        JobService service = new JobService(
                JobPools.processName(),
                store,
                datasets,
                places,
                converter,
                open ? shardWorkers(settings.jobs(), converter) : Optional.empty(),
                settings.jobs().toJobSettings(open),
                settings.jobs().folderForSorting(),
                pools.waiting());
        TemporaryFolder.sweep(settings.jobs().folderForSorting());
        if (open) {
            LOG.info("conversions may read {}", places.description());
        }
        return service;
    }

    private static Optional<ShardWorkers> shardWorkers(JobsSettings settings, Converter converter) {
        ShardSettings shards = settings.toShardSettings();
        if (settings.kubernetesTemplate() != null) {
            JobTemplate template = JobTemplate.read(Path.of(settings.kubernetesTemplate()));
            KubernetesJobs jobs = KubernetesJobs.connect(template.namespace());
            LOG.info("conversions run in pods of namespace {}", jobs.namespace());
            return Optional.of(new KubernetesShards(jobs, template, converter, shards, settings.poll()));
        }
        return shards.atOnce() == 1 ? Optional.empty() : Optional.of(new LocalShardWorkers(converter, shards));
    }

    static SourcePlaces places(Settings settings, Stores stores, DamageCheck damage) {
        List<StoreUri> roots = settings.sources().stream()
                .map(root -> StoreUri.parseSources("bams3.sources", root))
                .toList();
        return new SourcePlaces(
                roots,
                StoreUri.parse("bams3.store", settings.store()),
                root -> stores.open(root, redirect -> roots.stream().anyMatch(redirect::isUnder)),
                damage);
    }

    @Bean
    ConversionsController conversionsController(Settings settings, JobService service) {
        return new ConversionsController(service.jobs(), settings.jobs().heartbeat());
    }

    @Bean
    Retention retention(ObjectStore store, JobPools pools) {
        return new Retention(store, pools.waiting());
    }

    @Bean
    Sweeper sweeper(Settings settings, ObjectStore store, Retention retention, JobService service) {
        boolean open = SecurityConfiguration.mode(settings) != AdminMode.OFF;
        return new Sweeper(
                service.worker().name(),
                store,
                retention,
                settings.sweep().grace(),
                open ? settings.sweep().period() : Duration.ZERO,
                Clock.systemUTC());
    }

    @Bean
    RemovalController adminDatasetsController(Datasets datasets, Retention retention, Sweeper sweeper) {
        return new RemovalController(datasets, retention, sweeper);
    }

    @Bean
    KeptCohortsController keptCohortsController(Cohorts cohorts) {
        return new KeptCohortsController(cohorts);
    }

    @Bean
    ConversionMetrics conversionMetrics(JobService service) {
        return new ConversionMetrics(service.counts());
    }

    @Bean
    ConversionsHealth conversionsHealthIndicator(JobService service) {
        return new ConversionsHealth(service);
    }

    /** Ends streams of events before the server waits for its open requests. */
    @Bean
    ApplicationListener<ContextClosedEvent> endOfEvents(ConversionsController conversions) {
        return event -> conversions.stop();
    }
}
