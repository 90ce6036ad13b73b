package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.bams3.app.Chart.Manifest;
import dev.bams3.jobs.kubernetes.JobTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered with many values and held against the models of Kubernetes. No cluster takes part. */
class ChartTest {
    static final String STORE = "config: {store: 's3://bucket/prefix'}\n";
    static final String SINGLE = STORE + "replicaCount: 1\n";
    static final String USUAL = STORE + "ticketKey: {existingSecret: bams3-ticket}\n";

    @TempDir
    private Path scratch;

    private Chart chart;

    @BeforeEach
    void chart() {
        chart = new Chart(scratch);
    }

    static List<String> values() throws IOException {
        return List.of(Files.readString(Path.of("src/test/resources/chart-values.yaml"))
                .split("---\n"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyManifestIsWhatKubernetesExpects(String values) throws IOException {
        List<Manifest> manifests = chart.render(values);
        for (Manifest manifest : manifests) {
            KubernetesModels.validate(manifest);
            assertThat(manifest.name()).hasSizeLessThanOrEqualTo(63);
        }
        assertThat(manifests.stream().map(Manifest::toString)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("values")
    void selectorsFindThePods(String values) throws IOException {
        List<Manifest> manifests = chart.render(values);
        JsonObject labels = Chart.only(manifests, "Deployment")
                .at("spec", "template", "metadata", "labels")
                .getAsJsonObject();
        for (Manifest manifest : manifests) {
            JsonElement selector = switch (manifest.kind()) {
                case "Service" -> manifest.at("spec", "selector");
                case "Deployment", "PodDisruptionBudget" -> manifest.at("spec", "selector", "matchLabels");
                case "NetworkPolicy" ->
                    manifest.name().endsWith("-conversions")
                            ? new JsonObject()
                            : manifest.at("spec", "podSelector", "matchLabels");
                default -> new JsonObject();
            };
            assertThat(labels.entrySet())
                    .as(manifest.toString())
                    .containsAll(selector.getAsJsonObject().entrySet());
        }
    }

    @Test
    void thePolicyConfinesBothKindsOfPods() throws IOException {
        String egress = "networkPolicy: {egress: [{ports: [{port: 53, protocol: UDP}]}]}\n";
        JsonElement store = json("{ports: [{port: 53, protocol: UDP}]}");
        List<Manifest> plain = chart.render(USUAL + egress);
        Manifest alone = Chart.only(plain, "NetworkPolicy");
        assertThat(alone.at("spec", "egress").getAsJsonArray()).containsExactly(store);
        assertThat(alone.at("spec", "ingress").getAsJsonArray()).hasSize(2);

        String withPort = USUAL.replace("prefix'}", "prefix', admin: {port: 8082}}");
        List<Manifest> both = chart.render(withPort + egress + "conversionJobs: {enabled: true}\n");
        Manifest service = policy(both, name -> !name.endsWith("-conversions"));
        assertThat(service.at("spec", "egress").getAsJsonArray())
                .containsExactly(store, json("{ports: [{port: 443, protocol: TCP}, {port: 6443, protocol: TCP}]}"));
        assertThat(service.at("spec", "ingress").getAsJsonArray())
                .contains(json("{ports: [{port: 8082}], from: [{podSelector: {}}]}"));
        Manifest pods = policy(both, name -> name.endsWith("-conversions"));
        assertThat(pods.at("spec", "egress").getAsJsonArray()).containsExactly(store);
        assertThat(pods.at("spec").getAsJsonObject().has("ingress"))
                .as("nobody")
                .isFalse();
        assertThat(pods.at("spec", "policyTypes").getAsJsonArray()).hasSize(2);
        String template = both.stream()
                .filter(manifest ->
                        manifest.kind().equals("ConfigMap") && manifest.name().endsWith("-conversions"))
                .findFirst()
                .orElseThrow()
                .at("data", "conversion-job.yaml")
                .getAsString();
        JsonObject labels = json(template)
                .getAsJsonObject()
                .getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("metadata")
                .getAsJsonObject("labels");
        assertThat(labels.entrySet())
                .containsAll(pods.at("spec", "podSelector", "matchLabels")
                        .getAsJsonObject()
                        .entrySet());
    }

    private static Manifest policy(List<Manifest> manifests, Predicate<String> named) {
        return manifests.stream()
                .filter(manifest -> manifest.kind().equals("NetworkPolicy") && named.test(manifest.name()))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("values")
    void podsHaveNoRightsAndNoWritableRoot(String values) throws IOException {
        List<Manifest> manifests = chart.render(values);
        Manifest deployment = Chart.only(manifests, "Deployment");
        JsonObject pod = deployment.at("spec", "template", "spec").getAsJsonObject();
        assertThat(pod.getAsJsonObject("securityContext"))
                .isEqualTo(json("{runAsNonRoot: true,"
                        // A cluster may choose the user, never root.
                        + (values.contains("runAsUser: null")
                                ? ""
                                : " runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001,")
                        + " seccompProfile: {type: RuntimeDefault}}"));
        JsonObject container = Chart.container(manifests);
        assertThat(container.getAsJsonObject("securityContext"))
                .isEqualTo(json("{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,"
                        + " capabilities: {drop: [ALL]}}"));
        assertThat(container.getAsJsonArray("volumeMounts")).contains(json("{name: tmp, mountPath: /tmp}"));
        // Kubernetes would add BAMS3_SERVER_PORT and the like for a Service of that name, and the service not start.
        assertThat(pod.get("enableServiceLinks").getAsBoolean()).isFalse();
        assertThat(pod.get("automountServiceAccountToken").getAsBoolean())
                .isEqualTo(values.contains("conversionJobs: {enabled: true"));
    }

    /** What the service completes and creates; it stands as text in a ConfigMap, where no model would look at it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "credentials: {existingSecret: s3}\nextraEnv: [{name: AWS_PROFILE, value: other}]\nimagePullSecrets: [{name: r}]\n",
                "extraVolumes: [{name: bams, emptyDir: {}}]\nextraVolumeMounts: [{name: bams, mountPath: /bams}]\n"
            })
    void theTemplateOfConversionsIsAJobThatServiceAndKubernetesAccept(String more) throws IOException {
        List<Manifest> manifests = chart.render(USUAL + more
                + "conversionJobs: {enabled: true, ttlSeconds: 600, backoffLimit: 2, nodeSelector: {pool: spot},"
                + " tolerations: [{key: spot, operator: Exists}]}\n");
        String text = manifests.stream()
                .filter(it -> it.kind().equals("ConfigMap") && it.name().endsWith("-conversions"))
                .findFirst()
                .orElseThrow()
                .at("data", "conversion-job.yaml")
                .getAsString();
        Manifest job = new Manifest(Chart.parse(text).getAsJsonObject());
        // Kubernetes would ask for a name, which the service gives.
        KubernetesModels.validate(job);
        Path file = scratch.resolve("job.yaml");
        Files.writeString(file, text);
        assertThat(JobTemplate.read(file).namespace()).contains("genomes");
        assertThat(job.at("spec", "ttlSecondsAfterFinished").getAsInt()).isEqualTo(600);

        JsonObject pod = job.at("spec", "template", "spec").getAsJsonObject();
        JsonObject service = Chart.only(manifests, "Deployment")
                .at("spec", "template", "spec")
                .getAsJsonObject();
        JsonObject container =
                job.at("spec", "template", "spec", "containers", 0).getAsJsonObject();
        assertThat(pod.get("securityContext")).isEqualTo(service.get("securityContext"));
        assertThat(pod.get("serviceAccountName")).isEqualTo(service.get("serviceAccountName"));
        assertThat(pod.get("automountServiceAccountToken").getAsBoolean()).isFalse();
        assertThat(container.get("image")).isEqualTo(Chart.container(manifests).get("image"));
        assertThat(container.get("envFrom"))
                .isEqualTo(Chart.container(manifests).get("envFrom"));
        // The variable is not for the pods of conversions, secrets of tickets are not either.
        assertThat(text).doesNotContain("BAMS3_JOBS_KUBERNETES_TEMPLATE").doesNotContain("BAMS3_TICKET_KEY");
        assertThat(Chart.environment(manifests))
                .containsEntry("BAMS3_JOBS_KUBERNETES_TEMPLATE", "/etc/bams3/conversion-job.yaml");
        assertThat(text.contains("AWS_SECRET_ACCESS_KEY")).isEqualTo(more.contains("credentials"));
        // The service's requests are led to pods by these labels.
        assertThat(job.at("spec", "template", "metadata", "labels", "app.kubernetes.io/name"))
                .isNotEqualTo(Chart.only(manifests, "Deployment")
                        .at("spec", "selector", "matchLabels", "app.kubernetes.io/name"));
    }

    @Test
    void aPodIsGivenTimeToFinishItsAnswers() throws IOException {
        List<Manifest> manifests = chart.render(USUAL + "shutdown: {preStopSeconds: 7, drainSeconds: 90}\n");
        JsonObject pod = Chart.only(manifests, "Deployment")
                .at("spec", "template", "spec")
                .getAsJsonObject();
        assertThat(pod.get("terminationGracePeriodSeconds").getAsInt()).isGreaterThan(7 + 90);
        assertThat(Chart.container(manifests).getAsJsonObject("lifecycle"))
                .isEqualTo(json("{preStop: {sleep: {seconds: 7}}}"));
        assertThat(Chart.environment(manifests)).containsEntry("SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE", "90s");
    }

    @Test
    void theAutoscalerDecidesTheNumberOfPodsAlone() throws IOException {
        List<Manifest> manifests = chart.render(USUAL + "autoscaling: {enabled: true, inFlight: {enabled: true}}\n");
        assertThat(Chart.only(manifests, "Deployment")
                        .at("spec")
                        .getAsJsonObject()
                        .has("replicas"))
                .isFalse();
        assertThat(Chart.only(manifests, "HorizontalPodAutoscaler").at("spec", "metrics"))
                .isEqualTo(json(
                        "[{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}},"
                                + " {type: Pods, pods: {metric: {name: http_server_requests_active},"
                                + " target: {type: AverageValue, averageValue: '32'}}}]"));
    }

    @Test
    void aChangedSettingIsAChangedPod() throws IOException {
        assertThat(checksum(USUAL))
                .isEqualTo(checksum(USUAL))
                .isNotEqualTo(checksum(SINGLE.replace("bucket", "other")));
    }

    private JsonElement checksum(String values) throws IOException {
        return Chart.only(chart.render(values), "Deployment")
                .at("spec", "template", "metadata", "annotations", "checksum/config");
    }

    @Test
    void theServiceAccountCarriesTheRole() throws IOException {
        String values = USUAL + "serviceAccount: {roleArn: 'arn:aws:iam::123456789012:role/bams3'}\n";
        assertThat(Chart.only(chart.render(values), "ServiceAccount").at("metadata", "annotations"))
                .isEqualTo(json("{'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/bams3'}"));
    }

    @Test
    void kindsOfOtherProjectsAreThese() throws IOException {
        List<Manifest> manifests = chart.render(USUAL
                + "fullnameOverride: r\nserviceMonitor: {enabled: true}\n"
                + "httpRoute: {enabled: true, parentRefs: [{name: gateway}], hostnames: [a.b]}\n");
        assertThat(Chart.only(manifests, "ServiceMonitor").at("spec"))
                .isEqualTo(json("{selector: {matchLabels: {'app.kubernetes.io/name': 'bams3-server',"
                        + " 'app.kubernetes.io/instance': reads, 'app.kubernetes.io/component': management}},"
                        + " endpoints: [{port: management, path: '/actuator/prometheus', interval: '30s'}]}"));
        assertThat(Chart.only(manifests, "HTTPRoute").at("spec"))
                .isEqualTo(json("{parentRefs: [{name: gateway}], hostnames: ['a.b'], rules: [{"
                        + "matches: [{path: {type: PathPrefix, value: '/'}}], timeouts: {request: '0s'},"
                        + " backendRefs: [{name: r, port: 80}]}]}"));
    }

    /** A rolling update would have two pods for a while. */
    @Test
    void aPodThatIsToBeAloneEndsBeforeTheNextStarts() throws IOException {
        String values = "config: {store: 's3://b/p', jobs: {alone: true}}\nreplicaCount: 1\n";
        assertThat(Chart.only(chart.render(values), "Deployment").at("spec", "strategy"))
                .isEqualTo(json("{type: Recreate}"));
    }

    @Test
    void lintFindsNothing() {
        var result = Chart.lint();
        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicaCount: 1                                                      | config.store",
                "config: {store: 's3://b/p'}                                      | ticketKey.existingSecret",
                "config: {store: 'http://b/p'}                                    | store",
                "config: {store: 's3://b/p', fetch: {get: 3}}                     | get",
                "config: {store: 's3://b/p', fetch: {gets: many}}                 | gets",
                "config: {store: 's3://b/p', ticket: {ttl: 6 hours}}              | ttl",
                "config: {store: 's3://b/p'}\\nreplica: 1                          | replica",
                "config: {store: 's3://b/p'}\\nreplicaCount: 1\\nhttpRoute: {enabled: true} | httpRoute.parentRefs",
                "config: {store: 's3://b/p'}\\nreplicaCount: 1\\ningress: {enabled: true}   | ingress.hosts",
                "config: {store: 's3://b/p', jobs: {alone: true}}\\nticketKey: {existingSecret: t} | config.jobs.alone",
                "config: {store: 's3://b/p'}\\nreplicas: 1                         | replicas",
                "config: {store: 's3://b/p', jobs: {alone: true}}\\nreplicaCount: 1\\nstrategy: {type: RollingUpdate} | strategy",
                "config: {store: 's3://b/p'}\\nreplicaCount: 1\\nservice: {nodePort: 30000} | service.nodePort",
                "config: {store: 's3://b/p', access: {rules: /r}}\\nreplicaCount: 1\\naccessRules: [{datasets: [a]}] | accessRules",
                "config: {store: 's3://b/p'}\\nreplicaCount: 1\\naccessRules: [{dataset: a}]   | dataset",
                "config: {store: 's3://b/p'}\\nreplicaCount: 1\\ntracing: {endpoint: collector} | endpoint",
            })
    void wrongValuesAreRefusedByName(String values, String name) {
        assertThatThrownBy(() -> chart.render(values.replace("\\n", "\n"))).hasMessageContaining(name);
    }

    /** A check that cannot fail proves nothing. */
    @Test
    void theModelsRefuseWhatKubernetesWould() throws IOException {
        Manifest deployment = Chart.only(chart.render(USUAL), "Deployment");
        KubernetesModels.validate(deployment);
        JsonObject container =
                deployment.at("spec", "template", "spec", "containers", 0).getAsJsonObject();
        container.add("livenesProbe", container.remove("livenessProbe"));
        assertThatThrownBy(() -> KubernetesModels.validate(deployment)).hasMessageContaining("livenesProbe");
    }

    @Test
    void versionsAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.replaceFirst("(?s).*?<artifactId>bams3-server</artifactId>\\s*<version>([^<]+)<.*", "$1");
        assertThat(Chart.file("Chart.yaml").get("appVersion").getAsString()).isEqualTo(version);
    }

    /** A new setting can be set in the chart from its first day. */
    @Test
    void everySettingIsInTheValuesAndInTheirSchema() throws IOException {
        // Secrets do not belong into values.
        List<String> expected = new ArrayList<>(UnknownSettings.keys("bams3", Settings.class));
        expected.remove("bams3.ticket.key");
        expected.remove("bams3.admin.token");
        expected.remove("bams3.link.key");

        assertThat(keys(Chart.file("values.yaml").getAsJsonObject("config")))
                .containsExactlyInAnyOrderElementsOf(expected);
        JsonObject schema = Chart.file("values.schema.json").getAsJsonObject("properties");
        assertThat(schemaKeys("bams3", schema.getAsJsonObject("config"))).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> keys(JsonObject config) {
        List<String> keys = new ArrayList<>();
        Map<String, JsonElement> left = new TreeMap<>(Map.of("bams3", config));
        while (!left.isEmpty()) {
            String prefix = left.keySet().iterator().next();
            JsonElement element = left.remove(prefix);
            if (element instanceof JsonObject branch) {
                branch.entrySet().forEach(entry -> left.put(prefix + "." + dashed(entry.getKey()), entry.getValue()));
            } else {
                keys.add(prefix);
            }
        }
        return keys;
    }

    private static List<String> schemaKeys(String prefix, JsonObject schema) {
        if (!schema.has("properties")) {
            return List.of(prefix);
        }
        return schema.getAsJsonObject("properties").entrySet().stream()
                .flatMap(entry ->
                        schemaKeys(
                                prefix + "." + dashed(entry.getKey()),
                                entry.getValue().getAsJsonObject())
                                .stream())
                .toList();
    }

    private static String dashed(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static JsonElement json(String text) {
        return Chart.parse(text);
    }
}
