package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Kubelet;
import dev.bams3.fixtures.Kubelet.Exit;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.S3ProxyServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a bucket, with the chart's template, a mock of Kubernetes, and the real command in each pod. */
@Timeout(120)
class KubernetesConversionTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String SOURCE = "s3://" + S3ProxyServer.BUCKET + "/bams/a.bam";

    @TempDir
    private Path folder;

    private final S3ProxyServer s3 = S3ProxyServer.start();
    private final KubernetesMockServer kubernetes = Kubelet.server();
    private final KubernetesClient observer = kubernetes.createClient();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> properties = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void set() throws IOException {
        property("aws.accessKeyId", S3ProxyServer.ACCESS_KEY);
        property("aws.secretAccessKey", S3ProxyServer.SECRET_KEY);
        property("kubernetes.master", "http://localhost:" + kubernetes.getPort());
        property("kubernetes.auth.tryKubeConfig", "false");
        s3.client()
                .putObject(
                        request -> request.bucket(S3ProxyServer.BUCKET).key("bams/a.bam"),
                        RequestBody.fromBytes(Bams.file(RandomRecords.header(), new RandomRecords(1).sortedList(500))));
        environment.put("BAMS3_STORE", "s3://" + S3ProxyServer.BUCKET + "/reads");
        environment.put("BAMS3_S3_ENDPOINT", s3.endpoint().toString());
        environment.put("BAMS3_S3_REGION", "us-east-1");
        environment.put("BAMS3_S3_PATH_STYLE", "true");
        environment.put("BAMS3_JOBS_HEARTBEAT", "200ms");
        environment.put("BAMS3_JOBS_POLL", "200ms");
    }

    private void property(String name, String value) {
        System.setProperty(name, value);
        properties.add(name);
    }

    @AfterEach
    void close() {
        client.close();
        observer.close();
        kubernetes.destroy();
        properties.forEach(System::clearProperty);
        s3.close();
    }

    @Test
    void podsMakeTheDatasetThatTheServiceItselfWould() throws Exception {
        List<Chart.Manifest> chart = new Chart(folder).render(ChartTest.USUAL + "conversionJobs: {enabled: true}\n");
        Path template = folder.resolve("job.yaml");
        Files.writeString(
                template,
                chart.stream()
                        .filter(it -> it.kind().equals("ConfigMap") && it.name().endsWith("-conversions"))
                        .findFirst()
                        .orElseThrow()
                        .at("data", "conversion-job.yaml")
                        .getAsString());
        JsonNode byPods;
        List<String> outputs = new ArrayList<>();
        try (Kubelet _ = new Kubelet(observer, "genomes", (args, index) -> pod(args, index, outputs));
                RunningServer server = start(
                        "bams3.jobs.kubernetes-template=" + template,
                        "bams3.jobs.shards=2",
                        "bams3.jobs.shard-size=300KB")) {
            byPods = converted(server, "a/pods");
        }
        JsonNode inOne;
        String pods;
        String one;
        try (RunningServer server = start()) {
            inOne = converted(server, "a/one");
            pods = get(server, "/reads/a/pods?format=SAM");
            one = get(server, "/reads/a/one?format=SAM");
        }
        assertThat(outputs).hasSizeGreaterThan(3).allMatch(text -> text.contains("records"));
        for (String same : List.of("records", "recordBytes", "digest")) {
            assertThat(byPods.get(same)).as(same).isEqualTo(inOne.get(same));
        }
        assertThat(pods).isEqualTo(one);
        assertThat(one.lines().filter(line -> !line.startsWith("@"))).hasSize(500);
        assertThat(used()).isSubsetOf(granted(chart)).contains("create jobs", "get jobs", "watch jobs");
    }

    /** What the image's entry point is called with in a pod. */
    private Exit pod(List<String> args, int index, List<String> outputs) throws IOException {
        Path report = folder.resolve("report-" + index);
        List<String> call = new ArrayList<>(args);
        // Variable and file are Kubernetes' own in a real pod.
        call.set(call.indexOf("/dev/termination-log"), report.toString());
        call.addAll(List.of("--index", Integer.toString(index)));
        ProgramRun run = ProgramRun.of(SettingsTest.settings(environment), call.toArray(String[]::new));
        synchronized (outputs) {
            outputs.add(run.output());
        }
        return new Exit(run.code(), Files.exists(report) ? Files.readString(report) : "");
    }

    private RunningServer start(String... more) {
        List<String> settings = new ArrayList<>(List.of("bams3.admin.token=" + TOKEN));
        environment.forEach((name, value) -> settings.add(name.toLowerCase(Locale.ROOT)
                        .replaceFirst("bams3_(s3|jobs)_", "bams3.$1.")
                        .replaceFirst("bams3_", "bams3.")
                        .replace('_', '-')
                + "=" + value));
        settings.addAll(List.of(more));
        return RunningServer.start(settings.toArray(String[]::new));
    }

    private JsonNode converted(RunningServer server, String dataset) throws Exception {
        HttpRequest submit = request(server, "/admin/conversions")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"source\": \"" + SOURCE + "\", \"dataset\": \"" + dataset + "\"}"))
                .build();
        var accepted = client.send(submit, BodyHandlers.ofString());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        // Ends with the conversion.
        assertThat(get(server, location + "/events")).contains("SUCCEEDED");
        return JsonMapper.shared().readTree(get(server, location)).get("result");
    }

    private String get(RunningServer server, String path) throws Exception {
        return client.send(request(server, path).build(), BodyHandlers.ofString())
                .body();
    }

    private static HttpRequest.Builder request(RunningServer server, String path) {
        return HttpRequest.newBuilder(URI.create(server.url(path))).header("Authorization", "Bearer " + TOKEN);
    }

    /** {@code verb resource} of each request but those of the kubelet, which updates states and makes pods. */
    private Set<String> used() throws InterruptedException {
        Set<String> used = new TreeSet<>();
        for (RecordedRequest request = kubernetes.takeRequest(1, TimeUnit.SECONDS);
                request != null;
                request = kubernetes.takeRequest(10, TimeUnit.MILLISECONDS)) {
            String path = request.getPath().replaceFirst("\\?.*", "");
            String[] parts = path.substring(path.indexOf("/namespaces/") + 1).split("/");
            String resource = parts[2];
            boolean named = parts.length > 3;
            boolean kubelets = path.endsWith("/status")
                    || (resource.equals("pods") && (named || request.getMethod().equals("POST")));
            if (kubelets) {
                continue;
            }
            String verb = switch (request.getMethod()) {
                case "POST" -> "create";
                case "DELETE" -> named ? "delete" : "deletecollection";
                case "GET" -> request.getPath().contains("watch=true") ? "watch" : named ? "get" : "list";
                default -> request.getMethod();
            };
            used.add(verb + " " + resource);
        }
        return used;
    }

    private static Set<String> granted(List<Chart.Manifest> chart) {
        Set<String> granted = new TreeSet<>();
        for (JsonElement rule : Chart.only(chart, "Role").at("rules").getAsJsonArray()) {
            for (JsonElement resource : rule.getAsJsonObject().getAsJsonArray("resources")) {
                for (JsonElement verb : rule.getAsJsonObject().getAsJsonArray("verbs")) {
                    granted.add(verb.getAsString() + " " + resource.getAsString());
                }
            }
        }
        return granted;
    }
}
