package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.marcnuri.helm.Helm;
import dev.bams3.access.Caller;
import dev.bams3.app.Chart.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** What operators change about the chart's objects, and what it tells them. */
class ChartOptionsTest {
    @TempDir
    private Path scratch;

    private Chart chart;
    private List<Manifest> all;

    /** The last of the chart's sets of values has every option. */
    @BeforeEach
    void renderWithEveryOption() throws IOException {
        chart = new Chart(scratch);
        all = chart.render(ChartTest.values().getLast());
    }

    @Test
    void aUserOfTheClustersChoiceKeepsTheOtherLimits() {
        for (JsonObject pod : List.of(service(), conversion())) {
            assertThat(pod.get("securityContext"))
                    .isEqualTo(json("{runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}"));
            assertThat(container(pod).get("securityContext"))
                    .isEqualTo(json("{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,"
                            + " capabilities: {drop: [ALL]}}"));
        }
    }

    @Test
    void contextsCanBeReplaced() throws IOException {
        all = chart.render(ChartTest.USUAL + "podSecurityContext: {runAsUser: 7, supplementalGroups: [8]}\n"
                + "securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}\nconversionJobs: {enabled: true}\n");
        for (JsonObject pod : List.of(service(), conversion())) {
            assertThat(pod.getAsJsonObject("securityContext").get("runAsUser").getAsInt())
                    .isEqualTo(7);
            assertThat(container(pod).getAsJsonObject("securityContext").get("capabilities"))
                    .isEqualTo(json("{add: [NET_BIND_SERVICE], drop: [ALL]}"));
        }
    }

    @Test
    void bothKindsOfPodsResolveNamesAlikeAndHaveTheSameEnvironment() {
        for (JsonObject pod : List.of(service(), conversion())) {
            assertThat(pod.get("dnsPolicy").getAsString()).isEqualTo("None");
            assertThat(pod.get("dnsConfig"))
                    .isEqualTo(json("{nameservers: ['10.0.0.10'], options: [{name: ndots, value: '2'}]}"));
            assertThat(pod.get("hostAliases")).isEqualTo(json("[{ip: '10.0.0.11', hostnames: [s3.example.org]}]"));
            assertThat(container(pod).getAsJsonArray("envFrom")).contains(json("{secretRef: {name: more}}"));
        }
        assertThat(service().getAsJsonArray("initContainers")).hasSize(1);
        assertThat(names(service().getAsJsonArray("containers"))).containsExactly("bams3-server", "proxy");
        assertThat(conversion().has("initContainers")).isFalse();
    }

    @Test
    void serviceAutoscalerUpdatesAndScrapesAreAsTheyAreSet() {
        Manifest service = all.stream()
                .filter(it -> it.kind().equals("Service") && !it.name().endsWith("-management"))
                .findFirst()
                .orElseThrow();
        assertThat(service.at("spec", "ports"))
                .isEqualTo(json("[{name: http, port: 80, targetPort: http, nodePort: 30080}]"));
        assertThat(service.at("metadata", "labels", "team").getAsString()).isEqualTo("genomes");
        assertThat(Chart.only(all, "Deployment").at("spec", "strategy"))
                .isEqualTo(json("{type: RollingUpdate, rollingUpdate: {maxSurge: '50%', maxUnavailable: 1}}"));
        assertThat(Chart.only(all, "HorizontalPodAutoscaler").at("spec", "behavior"))
                .isEqualTo(
                        json("{scaleUp: {stabilizationWindowSeconds: 30}, scaleDown: {stabilizationWindowSeconds: 300,"
                                + " policies: [{type: Pods, value: 1, periodSeconds: 60}]}}"));
        Manifest monitor = Chart.only(all, "ServiceMonitor");
        assertThat(monitor.at("metadata", "namespace").getAsString()).isEqualTo("monitoring");
        assertThat(monitor.at("spec", "namespaceSelector")).isEqualTo(json("{matchNames: [genomes]}"));
        assertThat(monitor.at("spec", "endpoints", 0))
                .isEqualTo(json("{port: management, path: /actuator/prometheus, interval: 30s, scrapeTimeout: 5s,"
                        + " relabelings: [{action: labeldrop, regex: pod}],"
                        + " metricRelabelings: [{action: drop, sourceLabels: [__name__], regex: 'jvm_.*'}]}"));
    }

    @Test
    void pathsOfAnIngressAreAllLedToTheService() throws IOException {
        all = chart.render(ChartTest.USUAL + "ingress: {enabled: true, hosts: [{host: a.b},"
                + " {host: c.d, paths: [{path: /reads}, {path: /files, pathType: Exact}]}]}\n");
        List<String> paths = new ArrayList<>();
        for (JsonElement rule : Chart.only(all, "Ingress").at("spec", "rules").getAsJsonArray()) {
            for (JsonElement path :
                    rule.getAsJsonObject().getAsJsonObject("http").getAsJsonArray("paths")) {
                JsonObject one = path.getAsJsonObject();
                paths.add(rule.getAsJsonObject().get("host").getAsString() + " "
                        + one.get("path").getAsString() + " "
                        + one.get("pathType").getAsString());
            }
        }
        assertThat(paths).containsExactly("a.b / Prefix", "c.d /reads Prefix", "c.d /files Exact");
    }

    @Test
    void rulesInTheValuesAreThoseOfTheService() throws IOException {
        String rules = configMap("-access").at("data", "rules.yaml").getAsString();
        Path file = Files.writeString(scratch.resolve("rules.yaml"), rules);
        AccessSettings settings = new AccessSettings(List.of(), file.toString(), false);
        assertThat(settings.policy(false).grant(Caller.ANONYMOUS, "1000g/a").isNothing())
                .isFalse();
        assertThat(settings.policy(false).grant(Caller.ANONYMOUS, "cohort/a").isNothing())
                .isTrue();
        assertThat(Chart.environment(all)).containsEntry("BAMS3_ACCESS_RULES", "/etc/bams3-access/rules.yaml");
        assertThat(container(service()).getAsJsonArray("volumeMounts"))
                .contains(json("{name: access, mountPath: /etc/bams3-access, readOnly: true}"));
        // A changed rule is a changed pod.
        assertThat(checksum("[{datasets: [a]}]")).isNotEqualTo(checksum("[{datasets: [b]}]"));
    }

    private JsonElement checksum(String rules) throws IOException {
        return Chart.only(chart.render(ChartTest.USUAL + "accessRules: " + rules + "\n"), "Deployment")
                .at("spec", "template", "metadata", "annotations", "checksum/access");
    }

    @Test
    void spansGoToTheCollector() {
        assertThat(Chart.environment(all))
                .containsEntry(
                        "MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT",
                        "http://collector.tracing:4318/v1/traces")
                .containsEntry("MANAGEMENT_TRACING_SAMPLING_PROBABILITY", "0.25");
    }

    /** The script of `helm test`, run here against the service, and against a port where nothing answers. */
    @Test
    @Timeout(60)
    void helmTestAsksTheService() throws Exception {
        JsonElement pod = helmTest();
        JsonObject test =
                new Manifest(pod.getAsJsonObject()).at("spec", "containers", 0).getAsJsonObject();
        try (RunningServer server = RunningServer.start()) {
            assertThat(run(test, server.port()).orElse("failed")).contains("HTTP/1.1 200", "htsget");
        }
        assertThat(run(test, 1)).isEmpty();
    }

    /** Helm renders no hooks where nothing is installed, so the pod is rendered without being one. */
    private JsonElement helmTest() throws IOException {
        Path copy = scratch.resolve("chart");
        FileSystemUtils.copyRecursively(Chart.FOLDER, copy);
        Path template = copy.resolve("templates/tests/service-info.yaml");
        String text = Files.readString(template);
        assertThat(text).contains("helm.sh/hook: test\n");
        Files.writeString(template, text.replaceAll("(?m)^.*(annotations:|helm.sh/hook).*$", ""));
        Path values = Files.writeString(scratch.resolve("test.yaml"), ChartTest.USUAL);
        String rendered = new Helm(copy)
                .template()
                .withName("reads")
                .withNamespace("genomes")
                .withKubeVersion("1.33.0")
                .withValuesFile(values)
                .call();
        String pod = Arrays.stream(rendered.split("(?m)^---$"))
                .filter(document -> document.contains("kind: Pod\n"))
                .findFirst()
                .orElseThrow();
        KubernetesModels.validate(new Manifest(json(pod).getAsJsonObject()));
        return json(pod);
    }

    /** Returns what a container's command prints, if it succeeds. */
    private static Optional<String> run(JsonObject container, int port) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        container.getAsJsonArray("command").forEach(word -> command.add(word.getAsString()));
        container.getAsJsonArray("args").forEach(word -> command.add(word.getAsString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOST", "localhost");
        builder.environment().put("PORT", Integer.toString(port));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
    }

    @Test
    void notesSayWhetherAnythingIsPublic() throws IOException {
        assertThat(notes(ChartTest.USUAL)).contains("NOTHING IS PUBLIC", "config.access.publicDatasets");
        assertThat(notes("config: {store: 's3://b/p', access: {publicDatasets: [demo]}}\nreplicaCount: 1\n"))
                .contains("serves the datasets of s3://b/p")
                .doesNotContain("NOTHING IS PUBLIC");
        assertThat(notes(ChartTest.values().getLast())).doesNotContain("NOTHING IS PUBLIC");
    }

    private String notes(String values) throws IOException {
        Path file = Files.writeString(scratch.resolve("notes.yaml"), values);
        return new Helm(Chart.FOLDER)
                .install()
                .clientOnly()
                .dryRun()
                .withName("reads")
                .withNamespace("genomes")
                .withKubeVersion("1.33.0")
                .withValuesFile(file)
                .call()
                .getOutput();
    }

    @Test
    void everyValueIsDescribedInTheSchema() throws IOException {
        List<String> bare = new ArrayList<>();
        undescribed("", Chart.file("values.schema.json"), bare);
        assertThat(bare).isEmpty();
    }

    private static void undescribed(String name, JsonObject schema, List<String> bare) {
        if (schema.has("properties")) {
            schema.getAsJsonObject("properties").entrySet().forEach(property -> {
                JsonObject value = property.getValue().getAsJsonObject();
                String path = name + "." + property.getKey();
                if (!value.has("description")
                        || value.get("description").getAsString().length() < 6) {
                    bare.add(path);
                }
                undescribed(path, value, bare);
            });
        }
        if (schema.has("items")) {
            undescribed(name + "[]", schema.getAsJsonObject("items"), bare);
        }
    }

    @Test
    void theChartHasAFace() throws IOException {
        assertThat(Chart.file("Chart.yaml").get("icon").getAsString()).startsWith("data:image/svg+xml;base64,");
    }

    private JsonObject service() {
        return Chart.only(all, "Deployment").at("spec", "template", "spec").getAsJsonObject();
    }

    private JsonObject conversion() {
        JsonElement job =
                json(configMap("-conversions").at("data", "conversion-job.yaml").getAsString());
        return new Manifest(job.getAsJsonObject())
                .at("spec", "template", "spec")
                .getAsJsonObject();
    }

    private Manifest configMap(String suffix) {
        return all.stream()
                .filter(it -> it.kind().equals("ConfigMap") && it.name().endsWith(suffix))
                .findFirst()
                .orElseThrow();
    }

    private static JsonObject container(JsonObject pod) {
        return pod.getAsJsonArray("containers").get(0).getAsJsonObject();
    }

    private static List<String> names(JsonArray objects) {
        List<String> names = new ArrayList<>();
        objects.forEach(it -> names.add(it.getAsJsonObject().get("name").getAsString()));
        return names;
    }

    private static JsonElement json(String text) {
        return Chart.parse(text);
    }
}
