package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.web.WireAnswer.Outcome;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fault of the store, at every point of a request, for every kind of answer, once and for good: the exact answer, an
 * error before the first byte, or a connection that breaks in the middle of a right beginning; which of them, {@link
 * Cell#expected} says. Nothing is left behind.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixTest {
    /** When a fault strikes. */
    private enum Point {
        OPEN,
        HEADER,
        INDEX,
        FIRST_BLOCK,
        MID_STREAM,
        EVERYWHERE
    }

    /** Those that the storage adapter tries again. */
    private static final Set<Fault> TRIED_AGAIN = EnumSet.of(
            Fault.SERVER_ERROR,
            Fault.SLOW_DOWN,
            Fault.RESET,
            Fault.SHORT_BODY,
            Fault.SILENCE,
            Fault.SILENCE_IN_BODY,
            Fault.DRIP);

    /** Those that cost all of the adapter's patience, and the points that make a difference to it. */
    private static final Set<Fault> SLOW = EnumSet.of(Fault.SILENCE, Fault.SILENCE_IN_BODY, Fault.DRIP);

    private static final Set<Point> SLOW_POINTS = EnumSet.of(Point.OPEN, Point.FIRST_BLOCK, Point.MID_STREAM);

    private static final int AT_ONCE = 96;

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();
    private final RawBam bam = FaultRig.records(seed, 300);
    private final FaultRig rig = new FaultRig(bam);

    @AfterEach
    void nothingIsHeld() throws IOException {
        rig.s3().setFaults(request -> null);
        rig.assertNothingHeld();
        cells.clear();
        struck.clear();
    }

    @AfterAll
    void close() {
        rig.close();
    }

    private record Cell(Fault fault, Point point, boolean always, AnswerKind kind) {
        String alias() {
            return (fault + "-" + point + "-" + (always ? "always" : "once") + "-" + kind).replace('_', '.');
        }

        boolean isAt(FaultyS3.Request request) {
            String key = request.key();
            boolean firstOfChunks = key.endsWith("000000.b3c");
            return switch (point) {
                case OPEN -> key.endsWith("_metadata.json");
                case HEADER -> key.endsWith(".sam.zst");
                case INDEX -> key.endsWith(".b3i");
                case FIRST_BLOCK -> firstOfChunks;
                case MID_STREAM -> key.endsWith(".b3c") && !firstOfChunks;
                case EVERYWHERE -> true;
            };
        }

        Set<Outcome> expected() {
            boolean untouched = kind == AnswerKind.HEADER
                    && (point == Point.INDEX || point == Point.FIRST_BLOCK || point == Point.MID_STREAM);
            // Only the conditional read of an object that changes would care; generations are immutable, a commit is
            // read whole.
            boolean harmless = fault == Fault.OTHER_ETAG
                    || (fault == Fault.RANGE_IGNORED
                            && (point == Point.OPEN
                                    || point == Point.HEADER
                                    || (point == Point.EVERYWHERE && (kind == AnswerKind.HEADER || !always))));
            if (untouched || harmless) {
                return EnumSet.of(Outcome.EXACT);
            }
            Set<Outcome> failure = point == Point.MID_STREAM
                    ? EnumSet.of(Outcome.REFUSED, Outcome.BROKEN)
                    : EnumSet.of(Outcome.REFUSED);
            if (!always) {
                // Tried again, also where a loaded machine let the first answer come too late.
                failure.add(Outcome.EXACT);
            }
            return failure;
        }

        boolean isHidden() {
            return !always && TRIED_AGAIN.contains(fault);
        }

        /** Of an error before the first byte: gone or damaged; or not in time. */
        Set<Integer> expectedStatus() {
            return switch (fault) {
                case MISSING -> Set.of(point == Point.OPEN || point == Point.EVERYWHERE ? 404 : 500, 503);
                // A whole object is not asked for as a range, so that it is the wrong bytes that show.
                case EXPIRED_CREDENTIALS, FLIPPED_BIT, OTHER_BYTES, EXTRA_BYTES, OTHER_RANGE -> Set.of(500, 503);
                default -> Set.of(503);
            };
        }
    }

    /** Each cell asks under an alias of its own, of which the service has nothing in its caches. */
    private final Map<String, Cell> cells = new ConcurrentHashMap<>();

    private final Set<String> struck = ConcurrentHashMap.newKeySet();

    private @Nullable Fault faultOf(FaultyS3.Request request) {
        Cell cell = cells.get(request.alias());
        if (cell == null) {
            return null;
        }
        return cell.isAt(request) && (cell.always() || struck.add(request.alias())) ? cell.fault() : null;
    }

    @Test
    void everyFaultIsHiddenOrLoud() throws Exception {
        byte[][] right = new byte[AnswerKind.values().length][];
        for (AnswerKind kind : AnswerKind.values()) {
            right[kind.ordinal()] = rig.right().of(kind, ReadSelection.everything());
            WireAnswer healthy = rig.ask(kind, "healthy", "");
            assertThat(healthy.outcome(kind.format(), right[kind.ordinal()], kind + " without faults"))
                    .isEqualTo(Outcome.EXACT);
        }
        rig.s3().setFaults(this::faultOf);
        AtomicIntegerArray broken = new AtomicIntegerArray(right.length);
        AtomicInteger hidden = new AtomicInteger();
        int toHide = 0;
        // Those that retries hide come first: faults without end use up what the adapter allows itself of retries.
        for (boolean always : new boolean[] {false, true}) {
            List<Callable<Void>> asked = new ArrayList<>();
            for (Fault fault : Fault.values()) {
                for (Point point : Point.values()) {
                    for (AnswerKind kind : AnswerKind.values()) {
                        Cell cell = new Cell(fault, point, always, kind);
                        if (always && SLOW.contains(fault) && !SLOW_POINTS.contains(point)) {
                            continue;
                        }
                        cells.put(cell.alias(), cell);
                        toHide += cell.isHidden() ? 1 : 0;
                        Callable<Void> task = () -> {
                            Outcome outcome = ask(cell, right[kind.ordinal()]);
                            broken.addAndGet(kind.ordinal(), outcome == Outcome.BROKEN ? 1 : 0);
                            hidden.addAndGet(cell.isHidden() && outcome == Outcome.EXACT ? 1 : 0);
                            return null;
                        };
                        // What takes long begins first.
                        asked.add(SLOW.contains(fault) ? 0 : asked.size(), task);
                    }
                }
            }
            atOnce(asked);
        }
        assertThat(hidden).as("hidden by trying again, of " + toHide).hasValueGreaterThan(toHide * 9 / 10);
        assertThat(broken.get(AnswerKind.HEADER.ordinal())).isZero();
        for (AnswerKind kind : EnumSet.of(
                AnswerKind.BAM, AnswerKind.SAM, AnswerKind.JSON, AnswerKind.NDJSON, AnswerKind.TSV, AnswerKind.ARROW)) {
            assertThat(broken.get(kind.ordinal()))
                    .as("broken in the middle: " + kind)
                    .isPositive();
        }
    }

    private Outcome ask(Cell cell, byte[] right) throws IOException {
        String what = cell + ", seed " + seed;
        WireAnswer answer = rig.ask(cell.kind(), cell.alias(), "");
        Outcome outcome = answer.outcome(cell.kind().format(), right, what);
        assertThat(outcome)
                .as("%s: %d bytes with status %d", what, answer.body().length, answer.status())
                .isIn(cell.expected());
        if (outcome == Outcome.REFUSED) {
            String error = new String(answer.body(), StandardCharsets.UTF_8);
            assertThat(answer.status()).as(what + ": " + error).isIn(cell.expectedStatus());
            assertThat(error).as(what).doesNotContain("secret", "bucket", "127.0.0.1", "Exception");
        }
        return outcome;
    }

    /** What the users' own programs say of the answers that break in the middle. */
    @Test
    void samtoolsAndCurlSayThatABrokenAnswerFailed() throws Exception {
        rig.s3().setFaults(this::faultOf);
        List<Callable<Void>> asked = new ArrayList<>();
        for (Fault fault :
                EnumSet.complementOf(EnumSet.of(Fault.OTHER_ETAG, Fault.DRIP, Fault.SILENCE, Fault.SILENCE_IN_BODY))) {
            for (Point point : EnumSet.of(Point.FIRST_BLOCK, Point.MID_STREAM)) {
                Cell cell = new Cell(fault, point, true, AnswerKind.BAM);
                cells.put(cell.alias(), cell);
                for (String[] command : new String[][] {
                    {"samtools", "view", "-c", "/reads/"},
                    {"samtools", "view", "-c", "/stream/reads/"},
                    {"curl", "-fsS", "-o", "/dev/null", "/stream/reads/"},
                    {"curl", "-fsS", "-o", "/dev/null", "/stream/reads/", "?format=NDJSON"}
                }) {
                    asked.add(() -> {
                        assertFails(cell, command);
                        return null;
                    });
                }
            }
        }
        atOnce(asked);
    }

    private void assertFails(Cell cell, String... command) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        boolean json = arguments.remove("?format=NDJSON");
        String path = arguments.removeLast() + cell.alias() + FaultRig.SET + (json ? "?format=NDJSON" : "");
        arguments.add(rig.server().url(path));
        Path own = Files.createTempDirectory(folder, "run");
        Tool.Result result =
                Tool.run(own, command[0], arguments.subList(1, arguments.size()).toArray(String[]::new));
        assertThat(result.exit())
                .as("%s of %s: %s", arguments, cell, result.output())
                .isNotZero();
    }

    @Test
    void aDatasetReplacedOrDeletedMeanwhileIsTheOldOneOrAFailure() throws Exception {
        RawBam other = FaultRig.records(seed + 1, 50);
        Map<ObjectKey, byte[]> first = snapshot();
        for (AnswerKind kind : EnumSet.complementOf(EnumSet.of(AnswerKind.HEADER))) {
            byte[] right = rig.right().of(kind, ReadSelection.everything());
            // The objects of the generation before are still there: running streams finish on them.
            assertThat(meanwhile(kind, "replaced", right, () -> FaultRig.publish(rig.memory(), other)))
                    .isEqualTo(Outcome.EXACT);
            restore(first);
            assertThat(meanwhile(kind, "deleted", right, this::deleteAll)).isIn(Outcome.REFUSED, Outcome.BROKEN);
            assertThat(rig.ask(kind, "gone." + kind, "").status()).isEqualTo(404);
            FaultRig.publish(rig.memory(), other);
            try (FaultRig.RightAnswers replaced = new FaultRig.RightAnswers(rig.memory())) {
                byte[] content = replaced.of(kind, ReadSelection.everything());
                assertThat(rig.ask(kind, "new." + kind, "").outcome(kind.format(), content, "new, seed " + seed))
                        .isEqualTo(Outcome.EXACT);
            }
            restore(first);
        }
    }

    /** Asks, and does something to the store when a chunk behind the first is asked for. */
    private Outcome meanwhile(AnswerKind kind, String what, byte[] right, Runnable action) throws IOException {
        AtomicBoolean done = new AtomicBoolean();
        rig.s3().setFaults(request -> {
            if (request.key().endsWith("000001.b3c") && done.compareAndSet(false, true)) {
                action.run();
            }
            return null;
        });
        WireAnswer answer = rig.ask(kind, what + "." + kind, "");
        rig.s3().setFaults(request -> null);
        assertThat(done).as("the action was taken").isTrue();
        return answer.outcome(kind.format(), right, what + " for " + kind + ", seed " + seed);
    }

    private Map<ObjectKey, byte[]> snapshot() {
        Map<ObjectKey, byte[]> objects = new HashMap<>();
        for (ObjectInfo info : rig.memory().list("", "", ObjectStore.MAX_LISTED)) {
            objects.put(
                    info.key(), rig.memory().get(info.key(), Integer.MAX_VALUE).body());
        }
        return objects;
    }

    private void deleteAll() {
        rig.memory()
                .list("", "", ObjectStore.MAX_LISTED)
                .forEach(info -> rig.memory().delete(info.key()));
    }

    private void restore(Map<ObjectKey, byte[]> objects) {
        deleteAll();
        objects.forEach((key, body) -> rig.memory().put(key, body, PutCondition.always()));
    }

    @Test
    void aClientThatLeavesAtAnyPointLeavesNothingBehind() throws Exception {
        Random random = new Random(seed);
        List<Callable<Void>> asked = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            AnswerKind kind = AnswerKind.values()[1 + random.nextInt(5)];
            String path = "/stream/reads/left." + i + FaultRig.SET
                    + (kind == AnswerKind.HEADER ? "?class=header" : "?format=" + kind);
            int bytes = random.nextInt(1 << random.nextInt(18));
            asked.add(() -> {
                leave(path, bytes);
                return null;
            });
        }
        // Some of them leave while S3 is silent, which nothing but the cancellation ends before the attempt's time is
        // over.
        rig.s3().setFaults(request -> request.key().endsWith("000003.b3c") ? Fault.SILENCE : null);
        atOnce(asked);
    }

    private void leave(String path, int bytes) throws IOException {
        try (Socket socket = new Socket("localhost", rig.server().port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readNBytes(bytes == 0 ? 0 : Math.min(bytes, 20_000));
            socket.setSoLinger(true, 0);
        } catch (java.net.SocketException e) {
            // The answer broke off before that.
        }
    }

    static void atOnce(List<Callable<Void>> tasks) throws InterruptedException, ExecutionException {
        Semaphore free = new Semaphore(AT_ONCE);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> running = new ArrayList<>();
            for (Callable<Void> task : tasks) {
                running.add(threads.submit(() -> {
                    free.acquire();
                    try {
                        return task.call();
                    } finally {
                        free.release();
                    }
                }));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        }
    }
}
