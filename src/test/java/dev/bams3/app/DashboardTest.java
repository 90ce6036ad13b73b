package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart's dashboard shows what the service measures, and nothing else. */
class DashboardTest {
    private static final Path OPERATIONS = Path.of("docs/operations.md");
    private static final Pattern METRIC = Pattern.compile("([a-z][a-z0-9_]*)\\{");

    @TempDir
    private Path scratch;

    @Test
    void everyMetricIsOneThatTheServiceExposes() throws Exception {
        Set<String> exposed = new TreeSet<>();
        try (RunningServer server = RunningServer.start("management.server.port=0", "bams3.demo=true")) {
            get(server.url("/reads/demo?format=SAM&referenceName=chr1&start=1000&end=1001"));
            for (String line : get(server.managementUrl("/actuator/prometheus"))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList()) {
                exposed.add(line.split("[{ ]", 2)[0]);
            }
        }
        List<String> expressions = new ArrayList<>(dashboard());
        alerts().values().stream().filter(alert -> !alert.startsWith("kube_")).forEach(expressions::add);
        assertThat(expressions).hasSizeGreaterThan(30);
        for (String expression : expressions) {
            assertThat(metrics(expression)).as(expression).isNotEmpty();
            assertThat(exposed).as(expression).containsAll(metrics(expression));
        }
    }

    @Test
    void theDashboardHasEveryMetricOfTheDocumentation() throws Exception {
        Set<String> shown = new TreeSet<>();
        dashboard()
                .forEach(expression -> metrics(expression)
                        .forEach(metric -> shown.add(metric.replaceFirst("_(bucket|sum|count)$", ""))));
        List<String> listed = Pattern.compile("^\\| `(bams3_[a-z0-9_]+)` \\|", Pattern.MULTILINE)
                .matcher(Files.readString(OPERATIONS))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(listed).hasSizeGreaterThan(10);
        assertThat(shown).containsAll(listed);
    }

    @Test
    void theAlertsAreThoseOfTheDocumentation() throws Exception {
        String text = Files.readString(OPERATIONS);
        String section = text.substring(text.indexOf("\n## Alerts"), text.indexOf("\n## Upgrade"));
        List<String> listed = Pattern.compile("^\\| `([^`]+)`", Pattern.MULTILINE)
                .matcher(section)
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> rendered = alerts().values().stream()
                .map(alert -> alert.replaceAll("namespace=\"[^\"]*\",(job|deployment)=\"[^\"]*\",?", "")
                        .replace("{}", ""))
                .toList();
        assertThat(rendered).containsExactlyElementsOf(listed);
    }

    @Test
    void alertsAskOnlyThePodsOfTheRelease() throws Exception {
        for (String alert : alerts().values()) {
            String own = alert.startsWith("kube_")
                    ? "{namespace=\"genomes\",deployment=\"reads-bams3-server\""
                    : "{namespace=\"genomes\",job=\"reads-bams3-server-management\"";
            assertThat(alert.split("\\{[^}]", -1)).as(alert).hasSameSizeAs(alert.split(Pattern.quote(own), -1));
        }
    }

    private static List<String> metrics(String expression) {
        return METRIC.matcher(expression).results().map(match -> match.group(1)).toList();
    }

    private static List<String> dashboard() throws Exception {
        JsonElement dashboard =
                JsonParser.parseString(Files.readString(Chart.FOLDER.resolve("dashboards/bams3-server.json")));
        List<String> expressions = new ArrayList<>();
        for (JsonElement panel : dashboard.getAsJsonObject().getAsJsonArray("panels")) {
            for (JsonElement target : panel.getAsJsonObject().getAsJsonArray("targets")) {
                expressions.add(target.getAsJsonObject().get("expr").getAsString());
            }
        }
        return expressions;
    }

    /** Expressions by the names of the alerts, as they are rendered. */
    private Map<String, String> alerts() throws Exception {
        String values =
                "config: {store: 's3://b/p'}\nticketKey: {existingSecret: t}\nprometheusRule: {enabled: true}\n";
        JsonElement groups =
                Chart.only(new Chart(scratch).render(values), "PrometheusRule").at("spec", "groups");
        Map<String, String> alerts = new LinkedHashMap<>();
        for (JsonElement rule : groups.getAsJsonArray().get(0).getAsJsonObject().getAsJsonArray("rules")) {
            alerts.put(
                    rule.getAsJsonObject().get("alert").getAsString(),
                    rule.getAsJsonObject().get("expr").getAsString());
        }
        return alerts;
    }

    private static String get(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
