package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the service says of itself: docs/operations.md names every metric, and each request is one line of the log. */
class MetricsTest {
    private static final BlockSizing SMALL = new BlockSizing(8 << 10, 2, 64 << 10, 100 << 10);
    private static final Pattern ROW = Pattern.compile("^\\| `(bams3_[a-z0-9_]+)` \\|");

    @Test
    void requestsAreMeasuredAndLogged() throws Exception {
        MemoryObjectStore memory = new MemoryObjectStore();
        TestDatasets.write(
                memory,
                "a/set.bams3",
                RandomRecords.header(),
                List.copyOf(new RandomRecords(1).sortedList(300)),
                SMALL);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger("dev.bams3.access");
        try (RunningServer server = RunningServer.start("management.server.port=0", "bams3.store=memory:")) {
            // The start of the service takes away the appenders that were there.
            log.addAppender(lines);
            lines.start();
            copy(memory, server.bean(ObjectStore.class));
            HttpResponse<String> stream = get(
                    server.url("/stream/reads/a/set?referenceName=chr1&start=0&end=5000&format=SAM"),
                    "X-Request-Id",
                    "r1");
            assertThat(stream.statusCode()).isEqualTo(200);
            long records =
                    stream.body().lines().filter(line -> !line.startsWith("@")).count();
            get(server.url("/reads/a/set?referenceName=chr1&start=0&end=5000"), "Authorization", "Bearer secret-token");
            get(server.url("/reads/a/none"));
            // An answer is measured, and then logged, after its last byte; two may be in another order.
            Wait.until("three requests are logged", () -> lines.list.size() == 3);
            String scraped = get(server.managementUrl("/actuator/prometheus")).body();

            assertThat(measured(scraped)).containsExactlyInAnyOrderElementsOf(documented());
            assertThat(scraped.lines().filter(line -> line.startsWith("# HELP bams3_")))
                    .hasSizeGreaterThan(20)
                    .allMatch(line -> line.matches("# HELP \\w+ [A-Z].{9,}"));
            assertThat(scraped)
                    .contains("bams3_records_returned_total{format=\"sam\"} " + (double) records)
                    .contains("outcome=\"refused\"")
                    .contains("bams3_store_calls_seconds_bucket{operation=\"get_range\",outcome=\"ok\",le=\"0.005\"}")
                    .contains("cache_gets_total{cache=\"blocks\"")
                    .doesNotContain("a/set");
            List<String> logged =
                    lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
            assertThat(logged).hasSize(3);
            assertThat(one(logged, "kind=stream"))
                    .startsWith(
                            "request=r1 kind=stream dataset=a/set region=chr1:0-5000 format=SAM status=200 outcome=ok"
                                    + " records=" + records + " bytes="
                                    + stream.body().getBytes(StandardCharsets.UTF_8).length + " gets=");
            assertThat(one(logged, "dataset=a/set region=chr1:0-5000 format=-"))
                    .contains("kind=ticket", "status=")
                    .doesNotContain("secret");
            assertThat(one(logged, "dataset=a/none")).contains("status=404 outcome=refused records=0");
        } finally {
            log.detachAppender(lines);
        }
    }

    private static String one(List<String> lines, String part) {
        List<String> found = lines.stream().filter(line -> line.contains(part)).toList();
        assertThat(found).as("%s in %s", part, lines).hasSize(1);
        return found.getFirst();
    }

    private static void copy(MemoryObjectStore from, ObjectStore to) {
        from.list("", "", 1000)
                .forEach(object ->
                        to.put(object.key(), from.get(object.key(), 1 << 30).body(), PutCondition.always()));
    }

    /** Names of the service's own, the greatest durations aside, which come with histograms. */
    private static List<String> measured(String scraped) {
        return scraped.lines()
                .filter(line -> line.startsWith("# TYPE bams3_"))
                .map(line -> line.split(" ")[2])
                .filter(name -> !name.endsWith("_max"))
                .toList();
    }

    private static List<String> documented() throws IOException {
        try (Stream<String> page = Files.lines(Path.of("docs/operations.md"))) {
            return page.map(ROW::matcher)
                    .filter(row -> row.find())
                    .map(row -> row.group(1))
                    .toList();
        }
    }

    private static HttpResponse<String> get(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
