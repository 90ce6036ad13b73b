package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.Tool;
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
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who gets which reads, over a real port, with tokens of an issuer. */
class AccessTest {
    private static final int FROM = 50_000;
    private static final int TO = 60_000;

    @TempDir
    private static Path folder;

    private static TestIssuer issuer;
    private static RunningServer server;

    @BeforeAll
    static void start() throws IOException {
        issuer = new TestIssuer();
        Path rules = Files.writeString(folder.resolve("rules.yaml"), """
                rules:
                  - {who: anyone, datasets: [open/**]}
                  - {claims: {groups: whole}, datasets: [a/*, no/such]}
                  - {claims: {groups: part}, datasets: [a/*, no/such], regions: ["chr1:50001-60000"]}
                  - {claims: {groups: unplaced}, datasets: [a/*], regions: ["chr1:1-10"], unplaced: true}
                """);
        server = ServedReads.shared()
                .replica(
                        "bams3.access.public-datasets=",
                        "bams3.access.rules=" + rules,
                        "bams3.auth.issuer=" + issuer.uri(),
                        "bams3.auth.audience=bams3",
                        "bams3.admin.scope=bams3:admin",
                        "bams3.link.key=" + "k".repeat(32),
                        "bams3.link.max-ttl=2d");
    }

    @AfterAll
    static void stop() {
        server.close();
        issuer.close();
    }

    private static String bearer(String group) {
        return "Bearer " + issuer.sign(issuer.claims("ann").claim("groups", List.of(group)));
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws IOException {
        return TicketClient.get(server.url(path), headers);
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void whoIsNobodyIsAskedForAToken() throws IOException {
        for (String path : List.of("/reads/", "/stream/reads/")) {
            HttpResponse<byte[]> there = get(path + ServedReads.ID);
            HttpResponse<byte[]> notThere = get(path + "a/none");
            HttpResponse<byte[]> elsewhere = get(path + "zzz");
            assertThat(there.statusCode()).isEqualTo(401);
            assertThat(there.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            assertThat(text(there)).contains("\"error\":\"InvalidAuthentication\"");
            assertAlike(there, notThere);
            assertAlike(there, elsewhere);
            assertThat(get(path + "open/none").statusCode()).isEqualTo(404);
        }
        HttpResponse<byte[]> posted = TicketClient.post(server.url("/reads/" + ServedReads.ID), "{}");
        assertThat(posted.statusCode()).isEqualTo(401);
        assertThat(TicketClient.head(server.url("/reads/" + ServedReads.ID)).statusCode())
                .isEqualTo(401);
        assertThat(get("/reads/service-info").statusCode()).isEqualTo(200);
    }

    @Test
    void whoMayNotDoesNotLearnWhatExists() throws IOException {
        String stranger = bearer("other");
        HttpResponse<byte[]> there = get("/reads/" + ServedReads.ID, "Authorization", stranger);
        assertThat(there.statusCode()).isEqualTo(403);
        assertThat(text(there)).contains("\"error\":\"PermissionDenied\"");
        for (String query : List.of("", "?class=header", "?referenceName=chr1&start=1&end=2", "?format=SAM")) {
            assertAlike(
                    get("/reads/" + ServedReads.ID + query, "Authorization", stranger),
                    get("/reads/a/none" + query, "Authorization", stranger));
            assertAlike(
                    get("/stream/reads/" + ServedReads.ID + query, "Authorization", stranger),
                    get("/stream/reads/no/such" + query, "Authorization", stranger));
        }
        for (String path : List.of("/datasets/%s/plan", "/stream/reads/%s?explain=true")) {
            String region = path.contains("?") ? "&referenceName=chr1&" : "?referenceName=chr1&";
            String planned = path.formatted(ServedReads.ID);
            assertAlike(
                    get(planned, "Authorization", stranger), get(path.formatted("no/such"), "Authorization", stranger));
            assertThat(get(planned).statusCode()).isEqualTo(401);
            String part = bearer("part");
            assertThat(get(planned, "Authorization", part).statusCode()).isEqualTo(403);
            assertThat(get(planned + region + "start=40000&end=50001", "Authorization", part)
                            .statusCode())
                    .isEqualTo(403);
            // Not within either: a plan tells of whole blocks.
            assertThat(get(planned + region + "start=50000&end=51000", "Authorization", part)
                            .statusCode())
                    .isEqualTo(403);
            assertThat(get(planned + region + "start=50000&end=51000", "Authorization", bearer("whole"))
                            .statusCode())
                    .isEqualTo(200);
        }
        // To those who may, what is missing is missing.
        assertThat(get("/reads/no/such", "Authorization", bearer("whole")).statusCode())
                .isEqualTo(404);
    }

    private static void assertAlike(HttpResponse<byte[]> one, HttpResponse<byte[]> other) {
        assertThat(one.statusCode()).isEqualTo(other.statusCode());
        assertThat(text(one)).isEqualTo(text(other));
        assertThat(one.headers().map().keySet()).isEqualTo(other.headers().map().keySet());
    }

    @Test
    void aTokenThatIsNotAcceptedIsAnErrorButNotOnASlice() throws IOException {
        JWTClaimsSet.Builder late =
                issuer.claims("ann").expirationTime(Date.from(Instant.now().minusSeconds(90)));
        String expired = "Bearer " + issuer.sign(late);
        HttpResponse<byte[]> refused = get("/reads/open/x", "Authorization", expired);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
        assertThat(text(refused)).contains("expired").doesNotContain(expired.substring(20));

        HttpResponse<byte[]> ticket =
                get("/reads/" + ServedReads.ID + "?referenceName=chr1", "Authorization", bearer("whole"));
        List<TicketClient.Part> parts = TicketClient.resolve(ticket);
        assertThat(ServedReads.decode(TicketClient.joined(parts)))
                .hasSize(ServedReads.shared().overlapping("chr1", 0, 300_000).size());
        for (TicketClient.Part part : parts) {
            if (part.url().startsWith("http")) {
                assertThat(TicketClient.get(part.url(), "Authorization", expired)
                                .statusCode())
                        .isEqualTo(200);
            }
        }
        assertThat(text(ticket)).doesNotContain("Bearer");
    }

    /** Random regions by one who may read 10 kb: within them all reads, beyond them none at all. */
    @Test
    void partsOfADatasetAreExact() throws IOException {
        String part = bearer("part");
        String path = "/stream/reads/" + ServedReads.ID;
        long seed = 4711;
        Random random = new Random(seed);
        int within = 0;
        for (int i = 0; i < 120; i++) {
            int start = FROM - 3_000 + random.nextInt(TO - FROM + 5_000);
            int end = start + 1 + random.nextInt(i % 2 == 0 ? 300 : 6_000);
            String query = String.format(Locale.ROOT, "?referenceName=chr1&start=%d&end=%d&format=SAM", start, end);
            HttpResponse<byte[]> answer = get(path + query, "Authorization", part);
            if (start >= FROM && end <= TO) {
                within++;
                assertThat(records(answer))
                        .as("seed %d: %s", seed, query)
                        .isEqualTo(ServedReads.shared().overlapping("chr1", start, end));
            } else {
                assertThat(answer.statusCode()).as("seed %d: %s", seed, query).isEqualTo(403);
                assertThat(text(answer)).contains("referenceName=chr1&start=50000&end=60000");
            }
        }
        assertThat(within).isGreaterThan(20);
        for (String query : List.of(
                "",
                "?referenceName=*",
                "?referenceName=chr1",
                "?referenceName=nope",
                "?referenceName=chr1&start=50000",
                "?referenceName=HLA-A*01:01")) {
            for (String root : List.of("/reads/", "/stream/reads/")) {
                assertThat(get(root + ServedReads.ID + query, "Authorization", part)
                                .statusCode())
                        .as(query)
                        .isEqualTo(403);
            }
        }
        assertThat(get("/reads/" + ServedReads.ID + "?class=header", "Authorization", part)
                        .statusCode())
                .isEqualTo(200);
        String both = "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":50000,\"end\":50010},"
                + "{\"referenceName\":\"chr1\",\"start\":%d,\"end\":60000}]}";
        assertThat(post(part, String.format(Locale.ROOT, both, 59_990))).isEqualTo(200);
        assertThat(post(part, String.format(Locale.ROOT, both, 49_999))).isEqualTo(403);
        assertThat(post(part, "{}")).isEqualTo(403);
    }

    private static int post(String bearer, String json) throws IOException {
        return TicketClient.post(server.url("/reads/" + ServedReads.ID), json, "Authorization", bearer)
                .statusCode();
    }

    private static List<String> records(HttpResponse<byte[]> sam) {
        assertThat(sam.statusCode()).as(text(sam)).isEqualTo(200);
        return text(sam)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .map(ServedReads::sorted)
                .toList();
    }

    @Test
    void readsWithoutAPositionAreGrantedByName() throws IOException {
        String token = bearer("unplaced");
        assertThat(get("/reads/" + ServedReads.ID + "?referenceName=*", "Authorization", token)
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/reads/" + ServedReads.ID, "Authorization", token).statusCode())
                .isEqualTo(403);
    }

    @Test
    void theAdminSurfaceWantsTheScope() throws IOException {
        String with = "Bearer " + issuer.sign(issuer.claims("ann").claim("scope", "x bams3:admin"));
        assertThat(get("/admin/no/such", "Authorization", with).statusCode()).isEqualTo(404);
        assertThat(get("/admin/no/such", "Authorization", bearer("whole")).statusCode())
                .isEqualTo(403);
        HttpResponse<byte[]> nobody = get("/admin/no/such");
        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    private static String link(Grant grant, Duration lasting) {
        return server.bean(LinkTokens.class)
                .sign(new CapabilityLink(ServedReads.ID, grant, Instant.now().plus(lasting)));
    }

    @Test
    void aLinkIsEnough() throws IOException {
        String whole = "/t/" + link(Grant.everything(), Duration.ofHours(1));
        HttpResponse<byte[]> ticket = get(whole + "/reads/" + ServedReads.ID + "?referenceName=chr1&start=1&end=9000");
        List<TicketClient.Part> parts = TicketClient.resolve(ticket);
        assertThat(parts).allMatch(part -> !part.url().contains("/t/"));
        assertThat(ServedReads.decode(TicketClient.joined(parts)))
                .hasSize(ServedReads.shared().overlapping("chr1", 1, 9_000).size());
        assertThat(ticket.headers().firstValue("Link")).isEmpty();
        assertThat(get(whole + "/stream/reads/" + ServedReads.ID + "?format=SAM")
                        .statusCode())
                .isEqualTo(200);
        // A viewer may send what it has for others; the link counts.
        assertThat(get(whole + "/reads/" + ServedReads.ID, "Authorization", "Bearer x")
                        .statusCode())
                .isEqualTo(200);

        assertThat(get(whole + "/reads/a/broken").statusCode()).isEqualTo(403);
        assertThat(get(whole + "/reads/no/such").statusCode()).isEqualTo(403);
        for (String path : List.of("", "/", "/admin", "/admin/no/such", "/t/x/reads/a", "/links", "/reads")) {
            assertThat(get(whole + path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(get("/t/" + link(Grant.everything(), Duration.ofMinutes(-1)) + "/reads/" + ServedReads.ID)
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/t/x/reads/" + ServedReads.ID).statusCode()).isEqualTo(403);
    }

    @Test
    void aLinkToARegionIsForNothingElse() throws IOException {
        Grant region = new Grant.Regions(List.of(new Region("chr1", FROM, OptionalLong.of(TO))), false);
        String path = "/t/" + link(region, Duration.ofHours(1)) + "/stream/reads/" + ServedReads.ID;
        assertThat(records(get(path + "?referenceName=chr1&start=50000&end=60000&format=SAM")))
                .isEqualTo(ServedReads.shared().overlapping("chr1", FROM, TO));
        assertThat(get(path + "?referenceName=chr1&start=49999&end=60000").statusCode())
                .isEqualTo(403);
        assertThat(get(path).statusCode()).isEqualTo(403);
    }

    /** samtools sends no token over http, and needs none with a link. */
    @Test
    void samtoolsReadsALink() throws IOException {
        String url = server.url("/t/" + link(Grant.everything(), Duration.ofHours(1)) + "/reads/" + ServedReads.ID)
                + "?referenceName=chr1&start=50000&end=60000";
        Tool.Result result = Tool.run(folder, "samtools", "view", "--no-PG", url);
        assertThat(result.errors()).isEmpty();
        assertThat(result.lines().stream().map(ServedReads::sorted).toList())
                .isEqualTo(ServedReads.shared().overlapping("chr1", FROM, TO));
    }

    private static HttpResponse<byte[]> makeLink(String path, String bearer, String json) throws IOException {
        return TicketClient.post(server.url(path), json, "Authorization", bearer);
    }

    @Test
    void whoMayReadMayPassItOn() throws IOException {
        String whole = bearer("whole");
        String part = bearer("part");
        String json = "{\"dataset\":\"a/reads\",\"ttlSeconds\":60%s}";
        String inside = ",\"regions\":[{\"referenceName\":\"chr1\",\"start\":50000,\"end\":50100}]";
        String outside = ",\"regions\":[{\"referenceName\":\"chr1\",\"start\":49000,\"end\":50100}]";

        HttpResponse<byte[]> made = makeLink("/links", whole, String.format(Locale.ROOT, json, ""));
        assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode madeLink = JsonMapper.shared().readTree(made.body());
        assertThat(TicketClient.get(madeLink.get("file").stringValue() + ".bai").statusCode())
                .isEqualTo(200);
        String url = madeLink.get("url").stringValue();
        assertThat(ServedReads.decode(TicketClient.joined(TicketClient.resolve(TicketClient.get(url)))))
                .hasSize(ServedReads.shared().records().size());

        // What is passed on is never more than what its maker has.
        HttpResponse<byte[]> ofPart = makeLink("/links", part, String.format(Locale.ROOT, json, ""));
        String partUrl = JsonMapper.shared().readTree(ofPart.body()).get("url").stringValue();
        assertThat(TicketClient.get(partUrl).statusCode()).isEqualTo(403);
        assertThat(TicketClient.get(partUrl + "?referenceName=chr1&start=50000&end=60000")
                        .statusCode())
                .isEqualTo(200);
        assertThat(makeLink("/links", part, String.format(Locale.ROOT, json, inside))
                        .statusCode())
                .isEqualTo(201);
        assertThat(makeLink("/links", part, String.format(Locale.ROOT, json, outside))
                        .statusCode())
                .isEqualTo(403);
        assertThat(makeLink("/links", bearer("other"), String.format(Locale.ROOT, json, ""))
                        .statusCode())
                .isEqualTo(403);
        assertThat(TicketClient.post(server.url("/links"), String.format(Locale.ROOT, json, ""))
                        .statusCode())
                .isEqualTo(401);

        String admin = "Bearer " + issuer.sign(issuer.claims("boss").claim("scope", "bams3:admin"));
        assertThat(makeLink("/admin/links", admin, String.format(Locale.ROOT, json, outside))
                        .statusCode())
                .isEqualTo(201);
        assertThat(makeLink("/admin/links", whole, String.format(Locale.ROOT, json, ""))
                        .statusCode())
                .isEqualTo(403);
        for (String wrong : List.of(
                "",
                "[]",
                "{",
                "{\"dataset\":1}",
                "{\"dataset\":\"../x\"}",
                "{\"dataset\":\"a/reads\",\"ttlSeconds\":0}",
                "{\"dataset\":\"a/reads\",\"ttlSeconds\":99999999}",
                "{\"dataset\":\"a/reads\",\"ttl\":5}",
                "{\"dataset\":\"a/reads\",\"ttlSeconds\":5,\"ttlSeconds\":6}",
                "{\"dataset\":\"a/reads\"}{}",
                "{\"dataset\":\"a/reads\",\"unplaced\":1}",
                "{\"dataset\":\"a/reads\",\"regions\":[]}",
                "{\"dataset\":\"a/reads\",\"regions\":[{\"referenceName\":\"nope\"}]}",
                "{\"dataset\":\"a/reads\",\"regions\":[{\"referenceName\":\"chr1\",\"start\":5,\"end\":5}]}")) {
            assertThat(makeLink("/links", whole, wrong).statusCode()).as(wrong).isEqualTo(400);
        }
    }

    /** Who was given what stands in the audit log; what would let others have it stands in no log at all. */
    @Test
    void logsTellWhoAndNeverATokenOfAnyKind() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        root.addAppender(appender);
        // What other loggers say at DEBUG is theirs, and off unless an operator asks for it.
        root.setLevel(Level.INFO);
        Logger own = (Logger) LoggerFactory.getLogger("dev.bams3");
        own.setLevel(Level.DEBUG);
        String token = bearer("whole");
        String link = link(Grant.everything(), Duration.ofHours(1));
        List<String> secrets = new ArrayList<>(List.of(token.substring(7), link));
        try {
            String query = "?referenceName=chr1&start=50000&end=60000";
            HttpResponse<byte[]> ticket = get("/reads/" + ServedReads.ID + query, "Authorization", token);
            TicketClient.resolve(ticket).stream()
                    .map(TicketClient.Part::url)
                    .filter(url -> url.startsWith("http"))
                    .map(url -> url.substring(url.indexOf("slice=") + 6))
                    .forEach(secrets::add);
            get("/stream/reads/" + ServedReads.ID + query + "&format=SAM", "Authorization", token);
            get("/t/" + link + "/stream/reads/" + ServedReads.ID + query);
            get("/datasets/a/reads/count" + query, "Authorization", token);
            get("/datasets/a/reads/coverage" + query + "&bins=2", "Authorization", token);
            get("/datasets/a/reads/plan" + query, "Authorization", token);
            get("/stream/reads/a/reads" + query + "&explain=true", "Authorization", token);
            get("/datasets/a/reads", "Authorization", token);
            get("/datasets/a/reads/count" + query, "Authorization", bearer("other"));
            TicketClient.head(server.url("/t/" + link + "/datasets/a/reads/count"));
            get("/t/" + link + "/reads/a/none");
            get("/t/" + link.substring(1) + "/reads/" + ServedReads.ID);
            get("/t/" + link);
            get("/reads/a/none", "Authorization", token + "x");
            get("/stream/reads/" + ServedReads.ID + "?slice="
                    + secrets.getLast().substring(1));
            get("/admin/x", "Authorization", token);
        } finally {
            root.detachAppender(appender);
            root.setLevel(before);
            own.setLevel(Level.INFO);
        }
        List<String> lines = List.copyOf(appender.list).stream()
                .map(event -> event.getLoggerName() + " " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : event.getThrowableProxy().getMessage()))
                .toList();
        assertThat(secrets).hasSizeGreaterThan(2);
        for (String secret : secrets) {
            // The whole, and the half that is its signature.
            assertThat(lines.stream()
                            .filter(line -> line.contains(secret.substring(5, 30))
                                    || line.contains(secret.substring(secret.length() - 25, secret.length() - 2))))
                    .isEmpty();
        }
        List<String> audit = lines.stream()
                .filter(line -> line.startsWith("dev.bams3.audit "))
                .toList();
        assertThat(audit)
                .anyMatch(line -> line.contains("\"who\":\"ann\"") && line.contains("\"form\":\"ticket\""))
                .anyMatch(line -> line.contains("\"form\":\"slice\"") && line.contains("\"outcome\":\"complete\""))
                .anyMatch(line -> line.contains("\"who\":\"ann\"")
                        && line.contains("\"form\":\"SAM\"")
                        && line.contains("\"dataset\":\"a/reads\"")
                        && line.contains("\"regions\":\"chr1:[50000,60000)\"")
                        && line.contains("\"records\":"
                                + ServedReads.shared()
                                        .overlapping("chr1", FROM, TO)
                                        .size()))
                .anyMatch(line -> line.contains("\"who\":\"link:" + LinkTokens.id(link) + "\""));
        int overlapping = ServedReads.shared().overlapping("chr1", FROM, TO).size();
        List<String> figures = audit.stream()
                .filter(line -> line.contains("\"event\":\"figures\""))
                .toList();
        assertThat(figures)
                .hasSize(5)
                .allMatch(line -> line.contains("\"who\":\"ann\"")
                        && line.contains("\"dataset\":\"a/reads\"")
                        && line.contains("\"generation\":\""));
        assertThat(figures.subList(0, 4)).allMatch(line -> line.contains("\"regions\":\"chr1:[50000,60000)\""));
        assertThat(figures.getFirst()).contains("\"form\":\"count\"", "\"records\":" + overlapping);
        assertThat(figures.get(1)).contains("\"form\":\"coverage\"");
        assertThat(figures.subList(2, 4)).allMatch(line -> line.contains("\"form\":\"plan\""));
        assertThat(figures.getLast()).contains("\"form\":\"description\"", "\"regions\":\"all\"");
        String ticketId = field(audit, "\"form\":\"ticket\"");
        assertThat(field(audit, "\"form\":\"slice\"")).isEqualTo(ticketId);
    }

    private static String field(List<String> lines, String of) {
        String line = lines.stream().filter(one -> one.contains(of)).findFirst().orElseThrow();
        return line.replaceFirst(".*\"ticket\":\"([^\"]*)\".*", "$1");
    }

    /** Whether a token counts cannot be said then: neither yes nor no. */
    @Test
    void anIssuerThatDoesNotAnswerIsAFailureThatMayPass() throws IOException {
        try (TestIssuer gone = new TestIssuer();
                RunningServer waiting = ServedReads.shared()
                        .replica(
                                "bams3.auth.issuer=" + gone.uri(),
                                "bams3.auth.audience=bams3",
                                "bams3.admin.scope=bams3:admin")) {
            String token = "Bearer " + gone.sign(gone.claims("ann").claim("scope", "bams3:admin"));
            gone.close();
            HttpResponse<byte[]> admin = TicketClient.get(waiting.url("/admin/conversions"), "Authorization", token);
            assertThat(admin.statusCode()).as(text(admin)).isEqualTo(503);
            assertThat(admin.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(TicketClient.get(waiting.url("/reads/a/reads"), "Authorization", token)
                            .statusCode())
                    .isEqualTo(503);
        }
    }
}
