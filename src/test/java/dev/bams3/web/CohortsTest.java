package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.cohort.CohortDocument;
import dev.bams3.cohort.CohortMember;
import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.CohortStore;
import dev.bams3.dataset.DatasetId;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.format.BlockSizing;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several datasets in one request, over a real port. Members c/0 to c/3 are public, c/secret is not. */
class CohortsTest {
    private static final BlockSizing SMALL = new BlockSizing(4 << 10, 4, 16 << 10, 40 << 10);
    private static final MemoryObjectStore STORE = new MemoryObjectStore();
    private static final String TOKEN = "t".repeat(32);
    private static RunningServer server;

    @BeforeAll
    static void start() {
        for (int i = 0; i < 4; i++) {
            write("c/" + i, i);
        }
        write("c/secret", 9);
        write("broken/0", 0);
        write("broken/1", 1);
        STORE.list("broken/1.bams3/", "", 1000).stream()
                .map(object -> object.key())
                .filter(key -> key.value().contains("/chunks/") || key.value().contains("chunk"))
                .forEach(STORE::delete);
        CohortStore kept = new CohortStore(STORE);
        kept.write(new CohortName.Kept("all"), document("c/3", "c/secret", "c/0"));
        kept.write(
                new CohortName.Kept("labelled"),
                new CohortDocument(List.of(
                        new CohortMember(new DatasetId("c/1"), Optional.of("mother")),
                        new CohortMember(new DatasetId("c/2"), Optional.of("child")))));
        kept.write(new CohortName.Kept("hidden"), document("c/secret"));
        kept.write(new CohortName.Kept("missing"), document("c/0", "c/none"));
        server = RunningServer.start(
                _ -> STORE,
                "bams3.access.public-datasets=c/0,c/1,c/2,c/3,c/none,broken/*",
                "bams3.ticket.slice-size=512KB",
                "bams3.admin.token=" + TOKEN,
                "bams3.cohort.max-members=4");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void write(String id, int seed) {
        SamHeader header = RandomRecords.header();
        TestDatasets.write(STORE, new DatasetId(id).prefix(), header, new RandomRecords(seed).sortedList(150), SMALL);
    }

    private static CohortDocument document(String... ids) {
        return new CohortDocument(List.of(ids).stream()
                .map(id -> new CohortMember(new DatasetId(id)))
                .toList());
    }

    private static HttpResponse<byte[]> get(String path) throws IOException {
        return TicketClient.get(server.url(path));
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static List<byte[]> records(byte[] bam) {
        return RawBam.read(bam).records();
    }

    @Test
    void aPatternFindsWhatTheCallerMaySee() throws IOException {
        HttpResponse<byte[]> answer = get("/stream/reads/c/*");
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
        assertThat(records(answer.body())).hasSize(600);
        assertThat(records(get("/stream/reads/c%2F*").body())).hasSize(600);
        assertThat(records(get("/stream/reads/c%2F%2A").body())).hasSize(600);
        assertThat(answer.headers().firstValue("BAMS3-Left-Out")).isEmpty();
        assertThat(text(get("/stream/reads/c/*?format=SAM"))).doesNotContain("secret");
    }

    @Test
    void ticketsStreamsAndPostsAgree() throws IOException {
        String region = "?referenceName=chr1&start=1000&end=60000";
        List<byte[]> streamed = records(get("/stream/reads/c/*" + region).body());
        assertThat(streamed.size()).isGreaterThan(20);
        String body = "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":1000,\"end\":60000}]}";
        assertSame(
                records(TicketClient.post(server.url("/stream/reads/c/*"), body).body()), streamed);
        List<TicketClient.Part> parts = TicketClient.resolve(get("/reads/c/*" + region));
        assertSame(records(TicketClient.joined(parts)), streamed);
        List<TicketClient.Part> whole = TicketClient.resolve(get("/reads/c/*"));
        assertSame(
                records(TicketClient.joined(whole)),
                records(get("/stream/reads/c/*").body()));
        List<TicketClient.Part> labelled = TicketClient.resolve(get("/reads/cohort:labelled?bams3.sample=mother"));
        assertThat(records(TicketClient.joined(labelled))).hasSize(150);
        assertThat(text(get("/stream/reads/cohort:labelled?format=TSV&fields=QNAME"))
                        .lines()
                        .map(line -> line.replaceFirst("\t.*", ""))
                        .distinct())
                .containsExactlyInAnyOrder("SAMPLE", "mother", "child");
    }

    private static void assertSame(List<byte[]> some, List<byte[]> others) {
        assertThat(some.size()).isEqualTo(others.size());
        for (int i = 0; i < some.size(); i++) {
            assertThat(some.get(i)).isEqualTo(others.get(i));
        }
    }

    @Test
    void aReplacedMemberEndsATicket() throws IOException {
        write("c/3", 3);
        JsonNode ticket = JsonMapper.shared()
                .readTree(get("/reads/cohort:all?bams3.allowed=true").body());
        String slice = ticket.at("/htsget/urls/1/url").asString();
        assertThat(TicketClient.get(slice).statusCode()).isEqualTo(200);
        write("c/3", 3);
        HttpResponse<byte[]> answer = TicketClient.get(slice);
        assertThat(answer.statusCode()).as(text(answer)).isIn(200, 404);
        if (answer.statusCode() == 404) {
            assertThat(text(answer)).contains("replaced since this ticket");
        }
    }

    @Test
    void membersThatTheCallerMayNotSeeAreAnErrorOrLeftOut() throws IOException {
        HttpResponse<byte[]> refused = get("/stream/reads/cohort:all");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(text(refused)).contains("1 of the 3 members of the cohort: c/secret");
        HttpResponse<byte[]> allowed = get("/stream/reads/cohort:all?bams3.allowed=true&format=SAM");
        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(allowed.headers().firstValue("BAMS3-Left-Out")).contains("c/secret");
        assertThat(text(allowed)).contains("@CO\tleftOut=c/secret");
        JsonNode count = JsonMapper.shared()
                .readTree(get("/datasets/cohort:all/count?bams3.allowed=true").body());
        assertThat(count.get("records").intValue()).isEqualTo(300);
        assertThat(count.at("/members/0/id").asString()).isEqualTo("c/3");
        assertThat(count.at("/leftOut/0").asString()).isEqualTo("c/secret");
        assertThat(get("/stream/reads/cohort:all?class=header&bams3.allowed=true")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/stream/reads/cohort:hidden").statusCode()).isEqualTo(403);
        assertThat(text(get("/stream/reads/cohort:hidden"))).isEqualTo(text(get("/stream/reads/cohort:none")));
    }

    @Test
    void aBrokenOrMissingMemberIsNamed() throws IOException {
        HttpResponse<byte[]> missing = get("/stream/reads/cohort:missing");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(text(missing)).contains("member 'c/none' of the cohort");
        HttpResponse<byte[]> broken = get("/stream/reads/broken/*");
        assertThat(broken.statusCode()).isGreaterThanOrEqualTo(500);
        assertThat(text(broken)).contains("member 'broken/1' of the cohort");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/stream/reads/c/***",
                "/stream/reads/.*",
                "/stream/reads/c/*x*x*x*x*x*x*x*x*x*",
                "/stream/reads/cohort:",
                "/stream/reads/cohort:a/b",
                "/datasets/c/*",
                "/datasets/c/*/coverage?referenceName=chr1",
                "/files/c/*.bam",
                "/reads/c/*?bams3.allowed=perhaps"
            })
    void hostileNamesAreRefused(String path) throws IOException {
        assertThat(get(path).statusCode()).isIn(400, 403);
    }

    @Test
    void theNumberOfMembersIsBounded() throws IOException {
        new CohortStore(STORE).write(new CohortName.Kept("many"), document("c/0", "c/1", "c/2", "c/3", "broken/0"));
        HttpResponse<byte[]> answer = get("/stream/reads/cohort:many");
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(text(answer)).contains("5 members are more than the 4");
    }

    @Test
    void countsAndPlansHaveAllMembers() throws IOException {
        JsonNode count = JsonMapper.shared()
                .readTree(get("/datasets/c/*/count?referenceName=chr1&start=0&end=30000")
                        .body());
        List<String> ids = new ArrayList<>();
        int sum = 0;
        for (JsonNode member : count.get("members")) {
            ids.add(member.get("id").asString());
            sum += member.get("records").intValue();
        }
        assertThat(ids).isEqualTo(IntStream.range(0, 4).mapToObj(i -> "c/" + i).toList());
        assertThat(count.get("records").intValue())
                .isEqualTo(sum)
                .isEqualTo(records(get("/stream/reads/c/*?referenceName=chr1&start=0&end=30000")
                                .body())
                        .size());
        JsonNode plan = JsonMapper.shared().readTree(get("/datasets/c/*/plan").body());
        assertThat(plan.get("exact").booleanValue()).isTrue();
        assertThat(plan.get("estimatedRecords").intValue()).isEqualTo(600);
        assertThat(get("/stream/reads/c/*?explain=true").body())
                .isEqualTo(get("/datasets/c/*/plan").body());
    }

    @Test
    void administratorsKeepLists() throws Exception {
        assertThat(admin("PUT", "new", "{\"members\":[{\"id\":\"c/1\",\"sample\":\"one\"},\"c/2\"]}")
                        .statusCode())
                .isEqualTo(200);
        server.bean(ObjectStore.class)
                .put(new ObjectKey(".bams3-cohorts/no name.json"), new byte[] {'?'}, PutCondition.always());
        assertThat(text(get("/cohorts"))).contains("\"name\":\"new\"").doesNotContain("hidden");
        JsonNode cohort = JsonMapper.shared().readTree(get("/cohorts/new").body());
        assertThat(cohort.get("records").intValue()).isEqualTo(300);
        assertThat(cohort.at("/members/0/sample").asString()).isEqualTo("one");
        assertThat(cohort.at("/members/1/newReadGroups").isEmpty()).isFalse();
        assertThat(records(get("/stream/reads/cohort:new").body())).hasSize(300);
        assertThat(text(admin("GET", "new", ""))).contains("c/2");
        assertThat(admin("PUT", "bad", "{\"members\":[\"c/1\",\"c/1\"]}").statusCode())
                .isEqualTo(400);
        assertThat(admin("PUT", "bad", "{\"members\":[\"c/1\",\"c/nowhere\"]}").statusCode())
                .isEqualTo(404);
        assertThat(admin("PUT", "bad", "{\"members\":[]}").statusCode()).isEqualTo(400);
        assertThat(admin("DELETE", "new", "").statusCode()).isEqualTo(200);
        assertThat(admin("DELETE", "new", "").statusCode()).isEqualTo(404);
        assertThat(get("/cohorts/new").statusCode()).isEqualTo(403);
    }

    private static HttpResponse<byte[]> admin(String method, String name, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url("/admin/cohorts/" + name)))
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    @Test
    void tablesHaveARowForEachRegion() throws IOException {
        String body = "{\"format\":\"TSV\",\"regions\":[{\"referenceName\":\"chr1\",\"start\":0,\"end\":30000},"
                + "{\"referenceName\":\"chr1\"}]}";
        String table = text(TicketClient.post(server.url("/cohorts/labelled/count"), body));
        List<String> lines = table.lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).isEqualTo("referenceName\tstart\tend\tmother\tchild");
        JsonNode count = JsonMapper.shared()
                .readTree(get("/datasets/c/1/count?referenceName=chr1&start=0&end=30000")
                        .body());
        assertThat(lines.get(1))
                .startsWith("chr1\t0\t30000\t" + count.get("records").intValue() + "\t");
        JsonNode rows = JsonMapper.shared()
                .readTree(get("/cohorts/c/*/count?referenceName=chr1&start=0&end=30000")
                        .body());
        assertThat(rows.at("/0/c~11").intValue()).isEqualTo(count.get("records").intValue());
        assertThat(get("/cohorts/labelled/count").statusCode()).isEqualTo(400);
        assertThat(get("/cohorts/labelled/count?referenceName=nowhere").statusCode())
                .isEqualTo(404);
        assertThat(get("/cohorts/labelled/count?referenceName=chr1&format=BAM").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPatternOfNothingIsNotFoundOrRefused() throws IOException {
        assertThat(get("/stream/reads/zzz/*").statusCode()).isEqualTo(403);
        assertThat(text(get("/stream/reads/c/secre*"))).isEqualTo(text(get("/stream/reads/c/nothin*")));
    }

    @Test
    void headAsksForNothing() throws IOException {
        HttpResponse<byte[]> head = TicketClient.head(server.url("/stream/reads/c/*"));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type")).contains("application/vnd.ga4gh.bam");
    }
}
