package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chart's dashboard shows what the service measures, and nothing else. */
class DashboardTest {
    private static final Pattern METRIC = Pattern.compile("([a-z][a-z0-9_]*)\\{");

    @Test
    void everyMetricIsOneThatTheServiceExposes() throws Exception {
        Set<String> exposed = new TreeSet<>();
        try (RunningServer server = RunningServer.start("management.server.port=0")) {
            get(server.url("/reads/service-info"));
            for (String line : get(server.managementUrl("/actuator/prometheus"))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList()) {
                exposed.add(line.split("[{ ]", 2)[0]);
            }
        }
        List<String> expressions = expressions();
        assertThat(expressions).hasSizeGreaterThan(10);
        for (String expression : expressions) {
            List<String> metrics = METRIC.matcher(expression)
                    .results()
                    .map(match -> match.group(1))
                    .toList();
            assertThat(metrics).as(expression).isNotEmpty();
            assertThat(exposed).as(expression).containsAll(metrics);
        }
    }

    private static List<String> expressions() throws Exception {
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

    private static String get(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
