package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.genome.Region;
import dev.bams3.security.TestIssuer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Callers who may read 10 kb, by a token and by a link, ask everything and learn nothing of what lies beyond. */
class LimitedCallerTest {
    private static final int FROM = 50_000;
    private static final int TO = 60_000;
    private static final String DATASET = "/datasets/" + ServedReads.ID;
    private static final String STREAM = "/stream/reads/" + ServedReads.ID;
    private static final String WITHIN = "?referenceName=chr1&start=50000&end=60000";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{4,}");

    @TempDir
    private static Path folder;

    private static TestIssuer issuer;
    private static RunningServer server;

    @BeforeAll
    static void start() throws IOException {
        issuer = new TestIssuer();
        Path rules = Files.writeString(folder.resolve("rules.yaml"), """
                rules:
                  - {claims: {groups: whole}, datasets: [a/*]}
                  - {claims: {groups: part}, datasets: [a/*], regions: ["chr1:50001-60000"]}
                """);
        server = ServedReads.shared()
                .replica(
                        "bams3.access.public-datasets=",
                        "bams3.access.rules=" + rules,
                        "bams3.auth.issuer=" + issuer.uri(),
                        "bams3.auth.audience=bams3",
                        "bams3.link.key=" + "k".repeat(32));
    }

    @AfterAll
    static void stop() {
        server.close();
        issuer.close();
    }

    /** One who asks, with what stands before the path and in the header. */
    private record Asking(String prefix, String authorization) {
        HttpResponse<byte[]> get(String path, String... headers) throws IOException {
            List<String> all = new ArrayList<>(List.of("Authorization", authorization));
            all.addAll(List.of(headers));
            return TicketClient.get(server.url(prefix + path), all.toArray(String[]::new));
        }

        JsonNode json(String path) throws IOException {
            HttpResponse<byte[]> answer = get(path);
            assertThat(answer.statusCode()).as(path + " " + text(answer)).isEqualTo(200);
            return JsonMapper.shared().readTree(answer.body());
        }
    }

    private static Asking bearer(String group) {
        return new Asking("", "Bearer " + issuer.sign(issuer.claims("ann").claim("groups", List.of(group))));
    }

    private static List<Asking> limited() {
        Grant region = new Grant.Regions(List.of(new Region("chr1", FROM, OptionalLong.of(TO))), false);
        String token = server.bean(LinkTokens.class)
                .sign(new CapabilityLink(ServedReads.ID, region, Instant.now().plus(Duration.ofHours(1))));
        return List.of(bearer("part"), new Asking("/t/" + token, "Bearer x"));
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void countsAndDepthAreThoseOfTheRegionAlone() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Asking whole = bearer("whole");
        for (Asking asking : limited()) {
            for (int i = 0; i < 25; i++) {
                int start = i == 0 ? FROM : FROM + random.nextInt(TO - FROM);
                int end = i == 0 ? TO : start + 1 + random.nextInt(TO - start);
                String region = "?referenceName=chr1&start=" + start + "&end=" + end;
                int records =
                        ServedReads.shared().overlapping("chr1", start, end).size();
                JsonNode count = asking.json(DATASET + "/count" + region);
                assertThat(count.get("records").intValue())
                        .as("%s, seed %d", region, seed)
                        .isEqualTo(records);
                assertThat(count.propertyNames()).containsExactlyInAnyOrder("id", "generation", "records");
                for (String source : List.of("", "&source=records", "&source=summary")) {
                    JsonNode depth = asking.json(DATASET + "/coverage" + region + "&bins=20" + source);
                    assertThat(depth.get("exact").booleanValue()).isTrue();
                    boolean isSummary = depth.get("source").stringValue().equals("summary");
                    // Of a summary the records at the two ends of the region alone are looked at.
                    assertThat(depth.get("records").intValue())
                            .isBetween(isSummary ? 0 : records, isSummary ? 2 * records : records);
                    assertThat(depth.propertyNames()).doesNotContain("gets", "bytesFetched");
                    JsonNode ofAll = whole.json(DATASET + "/coverage" + region + "&bins=20" + source);
                    assertThat(depth.get("bins")).isEqualTo(ofAll.get("bins"));
                    assertThat(depth.get("meanDepth")).isEqualTo(ofAll.get("meanDepth"));
                }
            }
        }
        assertThat(whole.json(DATASET + "/count" + WITHIN).propertyNames())
                .contains("gets", "bytesFetched", "recordsScanned");
    }

    @Test
    void whatTellsOfWholeBlocksIsRefused() throws IOException {
        for (Asking asking : limited()) {
            for (String path : List.of(
                    DATASET,
                    DATASET + "/",
                    DATASET + "/count",
                    DATASET + "/plan",
                    DATASET + "/plan" + WITHIN,
                    DATASET + "/plan?class=header",
                    DATASET + "/coverage" + WITHIN + "&source=index",
                    DATASET + "/coverage" + WITHIN + "&source=index&format=SVG",
                    DATASET + "/coverage?referenceName=chr1",
                    STREAM + WITHIN + "&explain=true",
                    STREAM + "?class=header&explain=true",
                    "/files/" + ServedReads.ID + ".bam",
                    "/files/" + ServedReads.ID + ".bam.bai",
                    "/files/" + ServedReads.ID + ".bam.csi")) {
                HttpResponse<byte[]> answer = asking.get(path);
                assertThat(answer.statusCode()).as(path).isEqualTo(403);
                assertThat(text(answer)).as(path).contains("you may read only parts of this dataset");
                assertThat(TicketClient.head(
                                        server.url(asking.prefix() + path), "Authorization", asking.authorization())
                                .statusCode())
                        .as(path)
                        .isEqualTo(403);
            }
            String posted = "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":50000,\"end\":60000}]}";
            assertThat(TicketClient.post(
                                    server.url(asking.prefix() + STREAM + "?explain=true"),
                                    posted,
                                    "Authorization",
                                    asking.authorization())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    /** No number that the index has of a block stands in any answer, be it in a body or in a header. */
    @Test
    void noFigureOfABlockIsGiven() throws IOException {
        JsonNode plan = bearer("whole").json(DATASET + "/plan" + WITHIN);
        assertThat(plan.get("filteredBlocks").intValue()).isPositive();
        // The values, not the names of objects.
        Set<String> figures = Pattern.compile("(?<=:)[0-9]{4,}")
                .matcher(plan.get("ranges").toString())
                .results()
                .map(match -> match.group())
                .collect(Collectors.toCollection(TreeSet::new));
        figures.add(plan.get("bytesFetched").toString());
        String generation = plan.get("generation").stringValue();
        assertThat(figures).hasSizeGreaterThan(4);
        for (Asking asking : limited()) {
            for (String path : List.of(
                    "/datasets",
                    DATASET + "/count" + WITHIN,
                    DATASET + "/count" + WITHIN + "&bams3.minMapq=1",
                    DATASET + "/count" + WITHIN + "&bams3.limit=3",
                    DATASET + "/coverage" + WITHIN + "&bins=1",
                    DATASET + "/coverage" + WITHIN + "&source=records&format=SVG",
                    "/reads/" + ServedReads.ID + WITHIN,
                    STREAM + WITHIN + "&format=NDJSON&fields=QNAME&bams3.limit=1",
                    STREAM + "?class=header&format=SAM")) {
                HttpResponse<byte[]> answer = asking.get(path, "TE", "trailers");
                if (path.equals("/datasets") && !asking.prefix().isEmpty()) {
                    assertThat(answer.statusCode()).isEqualTo(404);
                    continue;
                }
                assertThat(answer.statusCode()).as(path + " " + text(answer)).isEqualTo(200);
                // What is random, or text of another kind, might be such a number by chance.
                String shown = (text(answer) + answer.headers().map())
                        .replaceAll("(?:slice=|base64,)[^\"]*", "")
                        .replace(":" + server.port(), "")
                        .replace(generation, "")
                        .replaceAll("(?i)x-request-id=\\[[^]]*]", "");
                assertThat(NUMBER.matcher(shown).results().map(match -> match.group()))
                        .as(path)
                        .doesNotContainAnyElementsOf(figures);
            }
        }
    }
}
