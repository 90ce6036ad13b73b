package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.security.TestIssuer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What lists of datasets say to callers who may see all, some or none of them. */
class ListedDatasetsTest {
    @TempDir
    private static Path folder;

    private static TestIssuer issuer;
    private static RunningServer silent;
    private static RunningServer counting;

    @BeforeAll
    static void start() throws IOException {
        issuer = new TestIssuer();
        Path rules = Files.writeString(folder.resolve("rules.yaml"), """
                rules:
                  - {claims: {groups: all}, datasets: ["**"]}
                  - {claims: {groups: reads}, datasets: [a/reads]}
                  - {claims: {groups: broken}, datasets: [a/broken]}
                  - {claims: {groups: part}, datasets: [a/reads], regions: ["chr1:50001-60000"]}
                """);
        String[] settings = {
            "bams3.access.public-datasets=",
            "bams3.access.rules=" + rules,
            "bams3.auth.issuer=" + issuer.uri(),
            "bams3.auth.audience=bams3"
        };
        silent = ServedReads.shared().replica(settings);
        String[] more = Arrays.copyOf(settings, settings.length + 2);
        more[settings.length] = "bams3.access.count-hidden=true";
        more[settings.length + 1] = "management.server.port=0";
        counting = ServedReads.shared().replica(more);
    }

    @AfterAll
    static void stop() {
        silent.close();
        counting.close();
        issuer.close();
    }

    private static JsonNode list(RunningServer server, String query, String... groups) throws IOException {
        String[] headers = groups.length == 0
                ? new String[0]
                : new String[] {
                    "Authorization",
                    "Bearer " + issuer.sign(issuer.claims("ann").claim("groups", List.of(groups)))
                };
        HttpResponse<byte[]> answer = TicketClient.get(server.url("/datasets" + query), headers);
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(text).isEqualTo(200);
        return JsonMapper.shared().readTree(text);
    }

    private static List<String> ids(JsonNode list) {
        return list.get("datasets")
                .valueStream()
                .map(dataset -> dataset.get("id").stringValue())
                .toList();
    }

    @Test
    void aListSaysWhetherItsCallerMaySeeAll() throws IOException {
        assertThat(list(silent, "").get("complete").booleanValue()).isFalse();
        assertThat(list(silent, "", "reads").get("complete").booleanValue()).isFalse();
        assertThat(list(silent, "", "all").get("complete").booleanValue()).isTrue();
    }

    @Test
    void hiddenDatasetsAreCountedOnlyWhereTheOperatorAllowsIt() throws IOException {
        for (String query : List.of("", "?figures=true", "?search=reads")) {
            assertThat(list(silent, query).has("hidden")).as(query).isFalse();
            assertThat(list(counting, query).get("hidden").intValue()).as(query).isEqualTo(2);
            assertThat(list(counting, query, "reads").get("hidden").intValue())
                    .as(query)
                    .isEqualTo(1);
            assertThat(list(counting, query, "all").get("hidden").intValue())
                    .as(query)
                    .isZero();
        }
        assertThat(ids(list(counting, ""))).isEmpty();
    }

    @Test
    void aPageIsTheLastWhereOnlyHiddenDatasetsFollow() throws IOException {
        for (String query : List.of("?limit=1", "?limit=1&figures=true", "?limit=1&search=broken")) {
            JsonNode list = list(counting, query, "broken");
            assertThat(ids(list)).as(query).containsExactly(ServedReads.BROKEN);
            assertThat(list.has("next")).as(query).isFalse();
        }
    }

    @Test
    void hiddenDatasetsOfAllPagesAddUp() throws IOException {
        JsonNode first = list(counting, "?limit=1", "broken", "reads");
        JsonNode second =
                list(counting, "?limit=1&cursor=" + first.get("cursor").stringValue(), "broken", "reads");
        assertThat(ids(first)).containsExactly(ServedReads.BROKEN);
        assertThat(ids(second)).containsExactly(ServedReads.ID);
        assertThat(first.get("hidden").intValue() + second.get("hidden").intValue())
                .isZero();
    }

    @Test
    void whoMayReadRegionsFindsTheIdAndLearnsNoFigures() throws IOException {
        JsonNode whole = list(silent, "?figures=true", "reads").get("datasets").get(0);
        String sample = whole.get("samples").get(0).stringValue();
        assertThat(ids(list(silent, "?search=" + sample, "reads"))).containsExactly(ServedReads.ID);
        assertThat(ids(list(silent, "?search=" + sample, "part"))).isEmpty();
        JsonNode part = list(silent, "?figures=true&search=reads", "part")
                .get("datasets")
                .get(0);
        assertThat(part.propertyNames()).containsExactlyInAnyOrder("id", "dataset", "reads");
    }

    @Test
    void theManagementPortServesNoPage() throws IOException {
        for (String path : List.of("/", "/page/index.html", "/page/main.js", "/page/igv/igv.esm.min.js")) {
            assertThat(TicketClient.get(counting.managementUrl(path)).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(TicketClient.get(counting.managementUrl("/actuator/health")).statusCode())
                .isEqualTo(200);
        assertThat(TicketClient.get(counting.url("/")).statusCode()).isEqualTo(200);
    }
}
