package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.access.Caller;
import dev.bams3.access.Grant;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.s3.S3Settings;
import dev.bams3.storage.s3.S3Settings.Checksums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.unit.DataSize;

@Tag("fast")
class SettingsTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @Test
    void defaultsAreThese() {
        Settings settings = settings(Map.of());
        assertThat(settings.store()).isEqualTo("file:./data");
        assertThat(settings.wantsDemo()).isTrue();
        assertThat(settings.publicAddress()).isEmpty();
        assertThat(settings.s3())
                .isEqualTo(new Settings.S3(
                        null,
                        null,
                        false,
                        Checksums.WHEN_SUPPORTED,
                        null,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(60),
                        4,
                        DataSize.ofMegabytes(16),
                        List.of(),
                        List.of()));
        assertThat(settings.toS3Settings()).isEqualTo(S3Settings.DEFAULT);
        assertThat(settings.admin()).isEqualTo(new AdminSettings(List.of(), null, null, null));
        assertThat(settings.auth())
                .isEqualTo(new AuthSettings(
                        null, null, List.of(), List.of("RS256", "PS256", "ES256"), Duration.ofSeconds(30), List.of()));
        assertThat(settings.access()).isEqualTo(new AccessSettings(null, null, false));
        assertThat(settings.limit()).isEqualTo(new LimitSettings(0, 100, 0, 60));
        assertThat(settings.link()).isEqualTo(new LinkSettings(List.of(), Duration.ofDays(30)));
        assertThat(settings.sources()).isEmpty();
        assertThat(settings.jobs())
                .isEqualTo(new JobsSettings(
                        1,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        3,
                        Duration.ofSeconds(10),
                        Duration.ofDays(30),
                        false,
                        1,
                        DataSize.ofGigabytes(1),
                        null,
                        null));
        assertThat(settings.sweep()).isEqualTo(new SweepSettings(Duration.ofHours(24), Duration.ofHours(6)));
        assertThat(settings.ticket())
                .isEqualTo(new Settings.Ticket(
                        List.of(), Duration.ofHours(6), DataSize.ofMegabytes(32), DataSize.ofMegabytes(16)));
        assertThat(settings.cors()).isEqualTo(new Settings.Cors(List.of("*")));
        assertThat(settings.request())
                .isEqualTo(new Settings.Request(
                        DataSize.ofMegabytes(1),
                        10_000,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(50)));
        assertThat(settings.fetch())
                .isEqualTo(new Settings.Fetch(64, 8, DataSize.ofMegabytes(128), DataSize.ofMegabytes(16), 1000));
        DatasetCacheSettings usual = DatasetCacheSettings.DEFAULT;
        assertThat(settings.cache().toDatasetCacheSettings())
                .isEqualTo(new DatasetCacheSettings(
                        usual.metadataTtl(),
                        usual.missingTtl(),
                        usual.metadataBytes(),
                        usual.headerBytes(),
                        Math.clamp(Runtime.getRuntime().maxMemory() / 8, 64L << 20, 128L << 20)));
        assertThat(settings.encode()).isEqualTo(new Settings.Encode(DataSize.ofMegabytes(64), 1));
        assertThat(settings.service())
                .isEqualTo(new Settings.Service("dev.bams3.server", "bams3-server", "unnamed", "https://example.org"));
    }

    @Test
    void everyKeyHasAnEnvironmentVariable(@TempDir Path folder) throws IOException {
        Path genomes = Files.writeString(folder.resolve("genomes.json"), "[{\"id\": \"mine\"}]");
        Map<String, String> environment = new HashMap<>();
        environment.put("BAMS3_STORE", "s3://bucket/prefix");
        environment.put("BAMS3_DEMO", "true");
        environment.put("BAMS3_PUBLIC_URL", "https://reads.example.org/base/");
        environment.put("BAMS3_S3_ENDPOINT", "http://localhost:9000");
        environment.put("BAMS3_S3_PATH_STYLE", "true");
        environment.put("BAMS3_S3_CHECKSUMS", "when_required");
        environment.put("BAMS3_S3_REGION", "eu-central-1");
        environment.put("BAMS3_S3_MAX_CONNECTIONS", "19");
        environment.put("BAMS3_S3_CONNECT_TIMEOUT", "1s");
        environment.put("BAMS3_S3_READ_TIMEOUT", "2s");
        environment.put("BAMS3_S3_ATTEMPT_TIMEOUT", "3s");
        environment.put("BAMS3_S3_ATTEMPTS", "5");
        environment.put("BAMS3_S3_PART_SIZE", "6MB");
        environment.put("BAMS3_S3_ANONYMOUS_BUCKETS", "open");
        environment.put("BAMS3_S3_REQUESTER_PAYS_BUCKETS", "paid,also-paid");
        environment.put("BAMS3_ADMIN_TOKEN", KEY);
        environment.put("BAMS3_ADMIN_TOKEN_FILE", "");
        environment.put("BAMS3_ADMIN_SCOPE", "bams3:admin");
        environment.put("BAMS3_ADMIN_PORT", "8082");
        environment.put("BAMS3_AUTH_ISSUER", "https://login.example.org");
        environment.put("BAMS3_AUTH_JWKS_URI", "https://login.example.org/keys");
        environment.put("BAMS3_AUTH_AUDIENCE", "bams3");
        environment.put("BAMS3_AUTH_ALGORITHMS", "ES256");
        environment.put("BAMS3_AUTH_CLOCK_SKEW", "1m");
        environment.put("BAMS3_AUTH_VISA_ISSUERS", "https://visas.example.org");
        environment.put("BAMS3_ACCESS_PUBLIC_DATASETS", "demo,open/**");
        environment.put("BAMS3_ACCESS_RULES", "/rules.yaml");
        environment.put("BAMS3_ACCESS_COUNT_HIDDEN", "true");
        environment.put("BAMS3_PAGE_GENOMES", genomes.toString());
        environment.put("BAMS3_LINK_KEY", KEY);
        environment.put("BAMS3_LINK_MAX_TTL", "2d");
        environment.put("BAMS3_SOURCES", "s3://bams/in,https://archive.example.org/bams,file:/bams");
        environment.put("BAMS3_JOBS_WORKERS", "2");
        environment.put("BAMS3_JOBS_HEARTBEAT", "3s");
        environment.put("BAMS3_JOBS_LEASE", "40s");
        environment.put("BAMS3_JOBS_POLL", "7s");
        environment.put("BAMS3_JOBS_ATTEMPTS", "5");
        environment.put("BAMS3_JOBS_RETRY_DELAY", "11s");
        environment.put("BAMS3_JOBS_RETENTION", "12d");
        environment.put("BAMS3_JOBS_ALONE", "true");
        environment.put("BAMS3_JOBS_SHARDS", "6");
        environment.put("BAMS3_JOBS_SHARD_SIZE", "700MB");
        environment.put("BAMS3_JOBS_KUBERNETES_TEMPLATE", "/job.yaml");
        environment.put("BAMS3_JOBS_TEMPORARY", "/scratch");
        environment.put("BAMS3_LIMIT_REQUESTS_PER_SECOND", "20");
        environment.put("BAMS3_LIMIT_BURST", "40");
        environment.put("BAMS3_LIMIT_CONCURRENT", "8");
        environment.put("BAMS3_LIMIT_FAILED_AUTHENTICATIONS", "30");
        environment.put("BAMS3_SWEEP_GRACE", "3h");
        environment.put("BAMS3_SWEEP_PERIOD", "5m");
        environment.put("BAMS3_TICKET_KEY", KEY + ",second-" + KEY);
        environment.put("BAMS3_TICKET_TTL", "90m");
        environment.put("BAMS3_TICKET_SLICE_SIZE", "8MB");
        environment.put("BAMS3_TICKET_CACHE", "5MB");
        environment.put("BAMS3_PROXY_TRUSTED", "192.0.2.1,10.0.0.0/8");
        environment.put("BAMS3_CORS_ORIGINS", "https://a.example,https://b.example");
        environment.put("BAMS3_REQUEST_MAX_BODY", "2MB");
        environment.put("BAMS3_REQUEST_MAX_REGIONS", "7");
        environment.put("BAMS3_REQUEST_STALL_TIMEOUT", "5s");
        environment.put("BAMS3_REQUEST_RECEIVE_TIMEOUT", "8s");
        environment.put("BAMS3_REQUEST_DEADLINE", "6s");
        environment.put("BAMS3_FETCH_GETS", "10");
        environment.put("BAMS3_FETCH_GETS_PER_REQUEST", "3");
        environment.put("BAMS3_FETCH_MEMORY", "64MB");
        environment.put("BAMS3_FETCH_READ_AHEAD", "1MB");
        environment.put("BAMS3_FETCH_WAITING", "11");
        environment.put("BAMS3_CACHE_METADATA_TTL", "7s");
        environment.put("BAMS3_CACHE_MISSING_TTL", "1s");
        environment.put("BAMS3_CACHE_METADATA", "1MB");
        environment.put("BAMS3_CACHE_HEADERS", "2MB");
        environment.put("BAMS3_CACHE_INDEXES", "3MB");
        environment.put("BAMS3_CACHE_BLOCKS", "4MB");
        environment.put("BAMS3_ENCODE_MEMORY", "9MB");
        environment.put("BAMS3_ENCODE_LEVEL", "6");
        environment.put("BAMS3_COHORT_MAX_MEMBERS", "77");
        environment.put("BAMS3_SERVICE_ID", "org.example");
        environment.put("BAMS3_SERVICE_NAME", "Reads");
        environment.put("BAMS3_SERVICE_ORGANIZATION_NAME", "Example");
        environment.put("BAMS3_SERVICE_ORGANIZATION_URL", "https://example.com");
        environment.put("BAMS3_HEALTH_DISK_FREE", "123MB");
        assertThat(environment.keySet())
                .containsExactlyInAnyOrderElementsOf(UnknownSettings.keys("bams3", Settings.class).stream()
                        .map(UnknownSettings::variable)
                        .toList());

        Settings settings = settings(environment);
        assertThat(settings)
                .isEqualTo(new Settings(
                        "s3://bucket/prefix",
                        true,
                        "https://reads.example.org/base",
                        new Settings.S3(
                                "http://localhost:9000",
                                "eu-central-1",
                                true,
                                Checksums.WHEN_REQUIRED,
                                19,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(3),
                                5,
                                DataSize.ofMegabytes(6),
                                List.of("open"),
                                List.of("paid", "also-paid")),
                        new AdminSettings(List.of(KEY), "", "bams3:admin", 8082),
                        new AuthSettings(
                                "https://login.example.org",
                                "https://login.example.org/keys",
                                List.of("bams3"),
                                List.of("ES256"),
                                Duration.ofMinutes(1),
                                List.of("https://visas.example.org")),
                        new AccessSettings(List.of("demo", "open/**"), "/rules.yaml", true),
                        new LinkSettings(List.of(KEY), Duration.ofDays(2)),
                        List.of("s3://bams/in", "https://archive.example.org/bams", "file:/bams"),
                        new JobsSettings(
                                2,
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(40),
                                Duration.ofSeconds(7),
                                5,
                                Duration.ofSeconds(11),
                                Duration.ofDays(12),
                                true,
                                6,
                                DataSize.ofMegabytes(700),
                                "/job.yaml",
                                "/scratch"),
                        new LimitSettings(20, 40, 8, 30),
                        new SweepSettings(Duration.ofHours(3), Duration.ofMinutes(5)),
                        new Settings.Ticket(
                                List.of(KEY, "second-" + KEY),
                                Duration.ofMinutes(90),
                                DataSize.ofMegabytes(8),
                                DataSize.ofMegabytes(5)),
                        new Settings.Cors(List.of("https://a.example", "https://b.example")),
                        new Settings.Proxy(List.of("192.0.2.1", "10.0.0.0/8")),
                        new Settings.Request(
                                DataSize.ofMegabytes(2),
                                7,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(8),
                                Duration.ofSeconds(6)),
                        new Settings.Cache(
                                Duration.ofSeconds(7),
                                Duration.ofSeconds(1),
                                DataSize.ofMegabytes(1),
                                DataSize.ofMegabytes(2),
                                DataSize.ofMegabytes(3),
                                DataSize.ofMegabytes(4)),
                        new Settings.Fetch(10, 3, DataSize.ofMegabytes(64), DataSize.ofMegabytes(1), 11),
                        new Settings.Encode(DataSize.ofMegabytes(9), 6),
                        new CohortSettings(77),
                        new Settings.Service("org.example", "Reads", "Example", "https://example.com"),
                        new HealthSettings(DataSize.ofMegabytes(123)),
                        new PageSettings(genomes.toString())));
        assertThat(settings.toString()).doesNotContain(KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{}", "[{\"name\": \"no id\"}]", "[1]"})
    void genomesThatAreNoneAreRefusedByName(String text, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("genomes.json"), text);
        assertThatThrownBy(() -> new PageSettings(file.toString()))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("bams3.page.genomes")
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> new PageSettings("/not/there.json")).hasMessageContaining("bams3.page.genomes");
    }

    @Test
    void thereIsAConnectionForEachGet() {
        assertThat(settings(Map.of("BAMS3_FETCH_GETS", "1000")).toS3Settings().maxConnections())
                .isEqualTo(2000);
        Settings fewer = settings(Map.of("BAMS3_S3_MAX_CONNECTIONS", "63"));
        assertThatThrownBy(fewer::toS3Settings)
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("bams3.s3.max-connections")
                .hasMessageContaining("bams3.fetch.gets (64)");
    }

    @Test
    void emptyVariablesAreAbsent() {
        Settings settings = settings(
                Map.of("BAMS3_STORE", "", "BAMS3_PUBLIC_URL", "", "BAMS3_S3_ENDPOINT", "", "BAMS3_TICKET_KEY", ""));
        assertThat(settings).isEqualTo(settings(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/reads", "s3://bucket"})
    void aConfiguredStoreGetsNoDemo(String store) {
        assertThat(settings(Map.of("BAMS3_STORE", store)).wantsDemo()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "BAMS3_PUBLIC_URL,reads.example.org,bams3.public-url",
        "BAMS3_PUBLIC_URL,ftp://x,bams3.public-url",
        "BAMS3_PUBLIC_URL,https://x/?a=b,bams3.public-url",
        "BAMS3_S3_ENDPOINT,http:// x,bams3.s3.endpoint",
        "BAMS3_ADMIN_TOKEN,short,bams3.admin.token",
        "BAMS3_ADMIN_TOKEN_FILE,/there/is/none,bams3.admin.token-file",
        "BAMS3_ADMIN_PORT,0,bams3.admin.port",
        "BAMS3_ADMIN_SCOPE,bams3:admin,bams3.auth.issuer",
        "BAMS3_AUTH_ISSUER,https://login.example.org,bams3.auth.audience",
        "BAMS3_AUTH_ALGORITHMS,HS256,bams3.auth.algorithms",
        "BAMS3_AUTH_ALGORITHMS,none,bams3.auth.algorithms",
        "BAMS3_AUTH_CLOCK_SKEW,1h,bams3.auth.clock-skew",
        "BAMS3_LIMIT_BURST,0,bams3.limit.burst",
        "BAMS3_LINK_KEY,short,bams3.link.key",
        "BAMS3_LINK_MAX_TTL,1s,bams3.link.max-ttl",
        "BAMS3_TICKET_KEY,short,bams3.ticket.key",
        "BAMS3_TICKET_TTL,1s,bams3.ticket.ttl",
        "BAMS3_TICKET_SLICE_SIZE,1KB,bams3.ticket.slice-size",
        "BAMS3_PROXY_TRUSTED,example.org,bams3.proxy.trusted",
        "BAMS3_CORS_ORIGINS,example.org,bams3.cors.origins",
        "BAMS3_REQUEST_MAX_BODY,1GB,bams3.request.max-body",
        "BAMS3_REQUEST_MAX_REGIONS,0,bams3.request.max-regions",
        "BAMS3_REQUEST_STALL_TIMEOUT,999ms,bams3.request.stall-timeout",
        "BAMS3_REQUEST_RECEIVE_TIMEOUT,0s,bams3.request.receive-timeout",
        "BAMS3_REQUEST_DEADLINE,0s,bams3.request.deadline",
        "BAMS3_FETCH_GETS,0,bams3.fetch.gets",
        "BAMS3_FETCH_GETS_PER_REQUEST,65,bams3.fetch.gets-per-request",
        "BAMS3_FETCH_MEMORY,1MB,bams3.fetch.memory",
        "BAMS3_FETCH_READ_AHEAD,1GB,bams3.fetch.read-ahead",
        "BAMS3_FETCH_WAITING,-1,bams3.fetch.waiting",
        "BAMS3_CACHE_BLOCKS,-1MB,bams3.cache.blocks",
        "BAMS3_ENCODE_MEMORY,1MB,bams3.encode.memory",
        "BAMS3_ENCODE_LEVEL,0,bams3.encode.level",
        "BAMS3_COHORT_MAX_MEMBERS,0,bams3.cohort.max-members",
    })
    void wrongValuesAreNamed(String variable, String value, String key) {
        assertThatThrownBy(() -> settings(Map.of(variable, value)))
                .isInstanceOf(BindException.class)
                .hasRootCauseInstanceOf(ReadsException.class)
                .rootCause()
                .hasMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource({
        "BAMS3_STOER,BAMS3_STORE",
        "BAMS3_S3_PATHSTYEL,BAMS3_S3_PATH_STYLE",
        "BAMS3_ENDPOINT,BAMS3_S3_ENDPOINT",
        "bams3.s3.chekcsums,bams3.s3.checksums",
        "bams3.ticket.keys,bams3.ticket.key",
        "bams3.,bams3.",
    })
    void unknownNamesStopTheStartAndNameTheNearest(String unknown, String nearest) {
        assertThatThrownBy(() -> UnknownSettings.check(List.of("PATH", "server.port", unknown)))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("unknown setting " + unknown + ";")
                .hasMessageContaining("did you mean " + nearest);
    }

    @Test
    void knownNamesInEveryFormAreAccepted() {
        List<String> names = new ArrayList<>(Arrays.asList(
                "bams3.s3.pathStyle",
                "bams3.cors.origins[0]",
                "BAMS3_CORS_ORIGINS_1",
                "BAMS3_S3_PATHSTYLE",
                "BAMS3_TEST_DATA",
                "BAMS3_TEST_REGIONS"));
        names.addAll(UnknownSettings.keys("bams3", Settings.class));
        UnknownSettings.check(names);
    }

    @Test
    void theDefaultStoreIsPublicOnlyWhereNothingIsSaidOfAccess(@TempDir Path folder) throws IOException {
        Path rules = Files.writeString(
                folder.resolve("rules.yaml"), "rules: [{claims: {groups: lab}, datasets: ['cohort/**']}]");
        String file = "BAMS3_ACCESS_RULES";
        String open = "BAMS3_ACCESS_PUBLIC_DATASETS";
        assertThat(isPublic(Map.of(), true)).isTrue();
        assertThat(isPublic(Map.of(), false)).isFalse();
        assertThat(isPublic(Map.of(file, rules.toString()), true)).isFalse();
        assertThat(isPublic(Map.of(open, ""), true)).isFalse();
        assertThat(isPublic(Map.of(open, "other"), true)).isFalse();
        assertThat(isPublic(Map.of(open, "**", file, rules.toString()), false)).isTrue();
    }

    private static boolean isPublic(Map<String, String> variables, boolean defaultStore) {
        return settings(variables).access().policy(defaultStore).grant(Caller.ANONYMOUS, "demo")
                instanceof Grant.Everything;
    }

    static Settings settings(Map<String, String> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.copyOf(variables)));
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate("bams3", Settings.class);
    }
}
