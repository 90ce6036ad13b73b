package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Wait;
import dev.bams3.genome.Reference;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.security.TestIssuer;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.MemoryObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Thousands of requests from a seed, most of them malformed, on several connections at once: each is answered, none with
 * 5xx, every error as the JSON of its path; no secret is told or logged, and afterwards nothing is held.
 */
class HostileRequestsTest {
    private static final int REQUESTS = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_MALFORMED", "4000"));
    private static final int CLIENTS = 4;
    private static final long MAX_GROWTH = 24 << 20;
    private static final int MAX_MORE_THREADS = 4;
    private static final String ADMIN_TOKEN = "planted-admin-token-0123456789abcdef";
    private static final String TICKET_KEY = "planted-ticket-key-0123456789abcdef";
    private static final String LINK_KEY = "planted-link-key-0123456789abcdefgh";
    private static final String ID = "a/reads";

    @TempDir
    private static Path sources;

    private static TestIssuer issuer;
    private static RunningServer server;
    private static Map<String, String> planted;

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final long seed = Seed.draw();

    @BeforeAll
    static void start() throws IOException {
        issuer = new TestIssuer();
        MemoryObjectStore memory = new MemoryObjectStore();
        ServedReads.convert(memory, simulate(), ID);
        server = RunningServer.start(
                unused -> memory,
                "bams3.access.public-datasets=a/**",
                "bams3.auth.issuer=" + issuer.uri(),
                "bams3.auth.audience=bams3",
                "bams3.admin.token=" + ADMIN_TOKEN,
                "bams3.ticket.key=" + TICKET_KEY,
                "bams3.link.key=" + LINK_KEY,
                // Every wrong token is looked at.
                "bams3.limit.failed-authentications=0",
                // No address outside is tried.
                "bams3.sources=file:" + sources);
        String generation =
                server.bean(Datasets.class).open(new DatasetId(ID)).metadata().generation();
        planted = Map.of(
                "admin",
                ADMIN_TOKEN,
                "bearer",
                issuer.sign(issuer.claims("ann")
                        .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(2))))),
                "link",
                server.bean(LinkTokens.class)
                        .sign(new CapabilityLink(
                                ID, Grant.everything(), Instant.now().plus(Duration.ofHours(2)))),
                "slice",
                server.bean(SliceTokens.class)
                        .sign(new SignedSlice(ID, generation, ReadSelection.unplacedReads(), 0, 1, true)));
    }

    private static byte[] simulate() throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(
                            SimulationOptions.illumina(11, List.of(new Reference("chr1", 20_000)))
                                    .withDepth(3),
                            bam);
        }
        return bam.toByteArray();
    }

    @AfterAll
    static void stop() {
        server.close();
        issuer.close();
    }

    @Test
    void nothingBreaksTheService() throws Exception {
        System.out.println("seed of the malformed requests: BAMS3_TEST_SEED=" + seed);
        Map<Integer, Integer> statuses = new TreeMap<>();
        try (Logs logs = new Logs();
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            // What is loaded and cached once is there before memory is looked at.
            run(clients, seed, REQUESTS / 4);
            Wait.until("all connections are closed", () -> server.connections() <= 1);
            long memory = usedMemory();
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            for (Map<Integer, Integer> some : run(clients, seed + CLIENTS, REQUESTS - REQUESTS / 4)) {
                some.forEach((status, count) -> statuses.merge(status, count, Integer::sum));
            }
            Wait.until("all connections are closed", () -> server.connections() <= 1);
            Wait.until("nothing is held", HostileRequestsTest::nothingIsHeld);
            System.out.println("answers by status: " + statuses + ", " + (usedMemory() - memory) + " bytes more");
            assertThat(usedMemory() - memory).as("growth, seed %d", seed).isLessThan(MAX_GROWTH);
            assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - threads)
                    .as("threads, seed %d", seed)
                    .isLessThanOrEqualTo(MAX_MORE_THREADS);
            assertThat(failures.stream().limit(5))
                    .as("first of %d", failures.size())
                    .isEmpty();
            assertThat(logs.objections).as("seed %d", seed).isEmpty();
            assertThat(logs.lines).as("lines that were looked at").isGreaterThan(REQUESTS / 4);
        }
        assertThat(statuses.keySet()).as("%s, seed %d", statuses, seed).contains(200, 400, 401, 403, 404, 405);
    }

    private static boolean nothingIsHeld() {
        ChunkFetcher fetcher = server.bean(ChunkFetcher.class);
        ReadsQuery query = server.bean(ReadsQuery.class);
        return fetcher.getsInFlight() == 0
                && fetcher.bytesHeld() == 0
                && fetcher.room().waiting() == 0
                && query.encodedBytesHeld() == 0
                && query.blocksWaiting() == 0;
    }

    private List<Map<Integer, Integer>> run(ExecutorService clients, long firstSeed, int requests)
            throws InterruptedException, ExecutionException {
        List<Future<Map<Integer, Integer>>> futures = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            HostileRequests source = new HostileRequests(firstSeed + i, planted);
            futures.add(clients.submit(() -> new Client().run(source, requests / CLIENTS)));
        }
        List<Map<Integer, Integer>> statuses = new ArrayList<>();
        for (Future<Map<Integer, Integer>> future : futures) {
            statuses.add(future.get());
        }
        return statuses;
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** One client, with a connection that it opens again whenever the server has closed it. */
    private final class Client {
        private final Map<Integer, Integer> statuses = new TreeMap<>();

        Map<Integer, Integer> run(HostileRequests source, int requests) throws IOException {
            RawConnection kept = new RawConnection(server.port());
            try {
                for (int i = 0; i < requests; i++) {
                    HostileRequests.Request request = source.next();
                    if (!request.complete()) {
                        sendBroken(request);
                        continue;
                    }
                    if (!kept.isOpen()) {
                        kept.close();
                        kept = new RawConnection(server.port());
                    }
                    ask(kept, request)
                            .ifPresentOrElse(
                                    answer -> check(request, answer),
                                    () -> failures.add(about(request) + ": closed without an answer"));
                }
            } finally {
                kept.close();
            }
            return statuses;
        }

        private Optional<RawConnection.Answer> ask(RawConnection connection, HostileRequests.Request request)
                throws IOException {
            try {
                connection.expectHead(request.mayBeHead());
                connection.send(request.bytes());
                return connection.read();
            } catch (SocketTimeoutException e) {
                throw new AssertionError(about(request) + ": no answer in time", e);
            }
        }

        /** Without an end, or with two, it may get any number of answers, but its connection ends. */
        private void sendBroken(HostileRequests.Request request) throws IOException {
            try (RawConnection own = new RawConnection(server.port())) {
                own.send(request.bytes());
                own.endSending();
                own.expectHead(request.text().startsWith("HEAD "));
                List<RawConnection.Answer> answers = own.readAll();
                if (request.namesAVersion()
                        && !answers.isEmpty()
                        && answers.getFirst().headers().isEmpty()) {
                    failures.add(about(request) + ": answered without a head");
                }
                answers.forEach(answer -> check(request, answer));
            } catch (SocketTimeoutException e) {
                throw new AssertionError(about(request) + ": neither an answer nor an end in time", e);
            }
        }

        private String about(HostileRequests.Request request) {
            return "seed " + seed + ", " + request;
        }

        private void check(HostileRequests.Request request, RawConnection.Answer answer) {
            try {
                checkAnswer(request, answer);
            } catch (AssertionError e) {
                failures.add(
                        e.getMessage() + "\nanswer: " + answer.status() + " " + answer.headers() + " " + answer.text());
            }
        }

        private void checkAnswer(HostileRequests.Request request, RawConnection.Answer answer) {
            statuses.merge(answer.status(), 1, Integer::sum);
            String about = about(request);
            assertThat(answer.status()).as(about).isBetween(200, 499);
            assertThat(answer.headers()).as(about).doesNotContainKey("x-evil");
            String told = answer.headers() + answer.text();
            if (request.complete()) {
                // What was changed may have its token in another place, which an error repeats.
                assertThat(secretsIn(told)).as("%s%n%s", about, told).isEmpty();
            }
            if (answer.status() >= 400 && !(request.mayBeHead() && answer.body().length == 0)) {
                assertThat(told)
                        .as(about)
                        .doesNotContain("Exception")
                        .doesNotContain("\tat ")
                        .doesNotContain("java.")
                        .doesNotContain("org.apache");
                assertIsJsonOfItsPath(about, request, answer);
            }
        }
    }

    private static void assertIsJsonOfItsPath(
            String about, HostileRequests.Request request, RawConnection.Answer answer) {
        assertThat(answer.body()).as("%s%nbody of %s", about, answer).isNotEmpty();
        JsonNode body;
        try {
            body = JsonMapper.shared().readTree(answer.body());
        } catch (JacksonException e) {
            throw new AssertionError(about + ": " + answer.status() + " with '" + answer.text() + "'", e);
        }
        boolean problem = answer.type().startsWith("application/problem+json");
        if (request.complete()
                && answer.status() < 405
                && answer.status() != 400
                && request.text().matches("(?s)[A-Z]+ /admin/.*")) {
            assertThat(problem).as("%s: %s", about, answer.text()).isTrue();
        }
        if (problem) {
            assertThat(body.path("status").asInt()).as(about).isEqualTo(answer.status());
            assertThat(body.path("detail").asString()).as(about).isNotBlank();
        } else {
            assertThat(answer.type()).as(about).isEqualTo("application/json;charset=utf-8");
            assertThat(body.propertyNames()).as(about).containsExactly("htsget");
            assertThat(body.path("htsget").propertyNames()).as(about).containsExactly("error", "message");
            assertThat(body.path("htsget").path("error").asString()).as(about).matches("[A-Z][A-Za-z]+");
            assertThat(body.path("htsget").path("message").asString()).as(about).isNotBlank();
        }
    }

    /** Names of the planted secrets that a text tells: the whole, or the end, which is the signature of most. */
    private static List<String> secretsIn(String text) {
        List<String> told = new ArrayList<>();
        planted.forEach((name, secret) -> {
            if (text.contains(secret.substring(secret.length() - 24))) {
                told.add(name);
            }
        });
        if (text.contains(TICKET_KEY) || text.contains(LINK_KEY)) {
            told.add("a key");
        }
        return told;
    }

    /** Looks at every line that is logged, and shows none of them while it is open: there are too many. */
    private static final class Logs implements AutoCloseable {
        private final ConcurrentLinkedQueue<String> objections = new ConcurrentLinkedQueue<>();
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Logger own = (Logger) LoggerFactory.getLogger("dev.bams3");
        private final List<Appender<ILoggingEvent>> usual = new ArrayList<>();
        private final Looking looking = new Looking();
        private volatile int lines;

        Logs() {
            for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
                usual.add(all.next());
            }
            usual.forEach(root::detachAppender);
            looking.start();
            root.addAppender(looking);
            own.setLevel(Level.DEBUG);
        }

        private final class Looking extends AppenderBase<ILoggingEvent> {
            @Override
            protected void append(ILoggingEvent event) {
                lines++;
                String trace =
                        event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
                String line = event.getLevel() + " " + event.getFormattedMessage() + trace;
                if (event.getLevel().isGreaterOrEqual(Level.ERROR)
                        || !secretsIn(line).isEmpty()) {
                    objections.add(line);
                }
            }
        }

        @Override
        public void close() {
            own.setLevel(Level.INFO);
            root.detachAppender(looking);
            usual.forEach(root::addAppender);
        }
    }
}
