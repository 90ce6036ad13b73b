package dev.bams3.app;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.bams3.access.TokenKeys;
import dev.bams3.cohort.Cohorts;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.ServiceInfo;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.metrics.ConnectionMetrics;
import dev.bams3.metrics.ReadMetrics;
import dev.bams3.metrics.RequestMetrics;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.web.Access;
import dev.bams3.web.AccessLog;
import dev.bams3.web.AllowedMethods;
import dev.bams3.web.CohortsController;
import dev.bams3.web.Connections;
import dev.bams3.web.CountedProtocol;
import dev.bams3.web.CrossOrigin;
import dev.bams3.web.DatasetsController;
import dev.bams3.web.Deadlines;
import dev.bams3.web.Failures;
import dev.bams3.web.FilesController;
import dev.bams3.web.ForgedTokens;
import dev.bams3.web.GrantedCohorts;
import dev.bams3.web.GrantedDatasets;
import dev.bams3.web.PublicAddress;
import dev.bams3.web.ReadsController;
import dev.bams3.web.RequestContextArgument;
import dev.bams3.web.RequestEnd;
import dev.bams3.web.RequestStart;
import dev.bams3.web.Requests;
import dev.bams3.web.ServerErrors;
import dev.bams3.web.Slices;
import dev.bams3.web.Tickets;
import dev.bams3.web.TrustedProxies;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.AbstractProtocol;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.util.unit.DataSize;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The service, from the protocol up to the HTTP server. Nothing is found by scanning. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = {ErrorMvcAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class})
@EnableConfigurationProperties(Settings.class)
@Import({
    TemporaryFolders.class,
    ReadConfiguration.class,
    SecurityConfiguration.class,
    JobsConfiguration.class,
    PageConfiguration.class
})
class ServerConfiguration {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** A slice with ranges has at most so many times the records of one of usual size. */
    private static final int MEASURED_SLICES = 16;

    /** Requests that may be answered beside the most connections that may wait; further ones are accepted later. */
    private static final int MOST_ANSWERING = 4096;

    @Bean
    StoreHealth storeHealthIndicator(ObjectStore store) {
        return new StoreHealth(store);
    }

    @Bean
    DiskSpaceHealth diskSpaceHealthIndicator(Settings settings) {
        List<Path> folders = new ArrayList<>();
        if (StoreUri.parse("bams3.store", settings.store()) instanceof StoreUri.Folder(Path folder)) {
            folders.add(folder);
        }
        folders.add(TemporaryFolders.system());
        folders.add(settings.jobs().folderForSorting());
        return new DiskSpaceHealth(folders, settings.health().diskFree().toBytes());
    }

    @Bean
    SliceTokens sliceTokens(Settings settings) {
        List<byte[]> keys = settings.ticket().keys();
        return new SliceTokens(
                keys.isEmpty() ? List.of(randomKey()) : keys, settings.ticket().ttl(), Clock.systemUTC());
    }

    private static byte[] randomKey() {
        byte[] key = new byte[TokenKeys.MIN_KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    @Bean
    Requests requests(Settings settings) {
        DataSize maxBody = settings.request().maxBody();
        return new Requests(new HtsgetRequest.Limits(
                Math.toIntExact(maxBody.toBytes()), settings.request().maxRegions()));
    }

    @Bean
    GrantedDatasets grantedDatasets(Access access, Datasets datasets, ReadsQuery query) {
        return new GrantedDatasets(access, datasets, query);
    }

    @Bean
    GrantedCohorts grantedCohorts(Access access, Cohorts cohorts, ReadsQuery query) {
        return new GrantedCohorts(access, cohorts, query);
    }

    @Bean
    CohortsController cohortsController(GrantedCohorts granted, Cohorts cohorts, Requests requests) {
        return new CohortsController(granted, cohorts, requests);
    }

    @Bean
    DatasetsController datasetsController(
            Access access,
            Datasets datasets,
            GrantedDatasets granted,
            GrantedCohorts cohorts,
            ReadsQuery query,
            Requests requests) {
        return new DatasetsController(access, datasets, granted, cohorts, query, requests);
    }

    @Bean
    ReadsController readsController(
            Settings settings,
            Datasets datasets,
            GrantedDatasets granted,
            GrantedCohorts cohorts,
            ReadsQuery query,
            Requests requests,
            SliceTokens tokens,
            ForgedTokens forged) {
        long sliceBytes = settings.ticket().sliceSize().toBytes();
        Settings.Service service = settings.service();
        return new ReadsController(
                granted,
                cohorts,
                query,
                requests,
                new Tickets(tokens, sliceBytes, settings.ticket().cache().toBytes()),
                new Slices(
                        datasets,
                        cohorts,
                        query,
                        tokens,
                        forged,
                        MEASURED_SLICES * sliceBytes,
                        settings.ticket().cache().toBytes() / 2),
                new PublicAddress(settings.publicAddress()),
                new ServiceInfo(
                        service.id(),
                        service.name(),
                        service.organizationName(),
                        service.organizationUrl(),
                        ProgramVersion.VERSION));
    }

    @Bean
    FilesController filesController(GrantedDatasets granted, ReadsQuery query) {
        return new FilesController(granted, query);
    }

    @Bean
    Failures failures() {
        return new Failures();
    }

    @Bean
    FilterRegistrationBean<RequestStart> requestStart() {
        FilterRegistrationBean<RequestStart> filter = new FilterRegistrationBean<>(new RequestStart());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<TrustedProxies> trustedProxies(Settings settings) {
        FilterRegistrationBean<TrustedProxies> filter =
                new FilterRegistrationBean<>(new TrustedProxies(settings.proxy().trusted()));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    RequestTrace requestTrace() {
        return new RequestTrace();
    }

    @Bean
    FilterRegistrationBean<RequestEnd> requestEnd(MeterRegistry registry) {
        FilterRegistrationBean<RequestEnd> filter =
                new FilterRegistrationBean<>(new RequestEnd(List.of(new RequestMetrics(registry), new AccessLog())));
        // Within the observation of the request, whose filter is at 1, so that its trace is known and its span knows
        // the end.
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }

    @Bean
    FilterRegistrationBean<Deadlines> deadlines(Settings settings) {
        FilterRegistrationBean<Deadlines> filter =
                new FilterRegistrationBean<>(new Deadlines(settings.request().deadline()));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }

    @Bean
    ReadMetrics readMetrics(Datasets datasets, ChunkFetcher fetcher, ReadsQuery query, Stores stores) {
        return new ReadMetrics(datasets, fetcher, query, stores::retries, stores::throttled);
    }

    @Bean
    FilterRegistrationBean<CrossOrigin> crossOrigin(Settings settings) {
        FilterRegistrationBean<CrossOrigin> filter =
                new FilterRegistrationBean<>(new CrossOrigin(settings.cors().origins()));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }

    @Bean
    FilterRegistrationBean<AllowedMethods> allowedMethods() {
        FilterRegistrationBean<AllowedMethods> filter = new FilterRegistrationBean<>(new AllowedMethods());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 3);
        return filter;
    }

    /** An eighth of the heap, and half of the files that the process may open, are for connections that wait for their clients. */
    @Bean
    Connections connections(Settings settings) {
        return new Connections(
                Runtime.getRuntime().maxMemory() / 8,
                mostFiles() / 2,
                settings.request().receiveTimeout());
    }

    /** Returns how many files and connections this process may have open at the same time. */
    private static int mostFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount())
                : Integer.MAX_VALUE;
    }

    @Bean
    ConnectionMetrics connectionMetrics(Connections connections) {
        return new ConnectionMetrics(connections);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connector(Connections connections) {
        return counting(connections);
    }

    /** Has a server count its connections, begin a context for each request, and report its own errors as the others are. */
    static WebServerFactoryCustomizer<TomcatServletWebServerFactory> counting(Connections connections) {
        return factory -> {
            factory.setProtocol(CountedProtocol.class.getName());
            factory.addConnectorCustomizers(connector -> {
                if (connector.getProtocolHandler() instanceof CountedProtocol protocol) {
                    protocol.countBy(connections);
                    protocol.setMaxConnections(connections.mostIdle() + Math.min(MOST_ANSWERING, mostFiles() / 4));
                }
            });
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ServerErrors.class.getName());
                }
            });
        };
    }

    /** Tomcat has one time for both: waiting for bytes of a request, and for room in the connection to send an answer. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> stallTimeout(Settings settings) {
        int millis = Math.toIntExact(settings.request().stallTimeout().toMillis());
        return factory -> factory.addConnectorCustomizers(connector -> {
            if (connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
                protocol.setConnectionTimeout(millis);
            }
        });
    }

    /** Endpoints take the context of their request as an argument. */
    @Bean
    WebMvcConfigurer requestContextArgument() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new RequestContextArgument());
            }
        };
    }

    @Bean
    StartMessage startMessage(Settings settings, ObjectStore store) {
        String example = settings.wantsDemo() ? DemoDataset.ID.value() : "<dataset>";
        return new StartMessage(settings.publicAddress(), store.location(), example);
    }
}
