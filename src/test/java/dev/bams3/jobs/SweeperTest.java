package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.fixtures.Wait;
import dev.bams3.lifecycle.Retention;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreConditions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of all replicas one sweeps in each period. */
@Tag("fast")
class SweeperTest {
    private static final Duration GRACE = Duration.ofHours(24);
    private static final Duration PERIOD = Duration.ofHours(6);
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();

    @Test
    void oneOfManySweepsInAPeriod() throws Exception {
        for (int period = 0; period < 3; period++) {
            Instant now = NOON.plus(PERIOD.multipliedBy(period)).plusSeconds(period);
            List<Boolean> swept = new ArrayList<>();
            try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Boolean> turn : replicas.invokeAll(IntStream.range(0, 8)
                        .mapToObj(i -> (java.util.concurrent.Callable<Boolean>) () ->
                                sweeper("replica-" + i, now).sweepInTurn(PERIOD).isPresent())
                        .toList())) {
                    swept.add(turn.get());
                }
            }
            assertThat(swept).filteredOn(mine -> mine).hasSize(1);
            assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).hasSize(1);
        }
    }

    @Test
    void whatAKilledProcessTriedTheStoreWithIsRemovedAfterTheGraceTime() {
        ObjectKey probe = new ObjectKey(StoreConditions.PREFIX + "0b1ee7f2");
        ObjectKey job = new ObjectKey(JobDocuments.PREFIX + "another");
        store.put(probe, new byte[1], PutCondition.always());
        store.put(job, new byte[1], PutCondition.always());
        Instant now = Instant.now();
        sweeper("early", now.plus(GRACE.minusMinutes(1))).sweep();
        assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).containsExactlyInAnyOrder(probe, job);
        sweeper("late", now.plus(GRACE).plusSeconds(60)).sweep();
        assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).containsExactly(job);
    }

    @Test
    void itSweepsByItselfUntilItIsClosed() {
        Sweeper sweeper = new Sweeper(
                "replica", store, new Retention(store, waiting), GRACE, Duration.ofMillis(20), Clock.systemUTC());
        try (sweeper) {
            Wait.until("a turn was taken", () -> !store.list("", "", 1).isEmpty());
            String first = store.list("", "", 1).getFirst().key().value();
            Wait.until(
                    "the next one too",
                    () -> !store.list("", "", 1).getFirst().key().value().equals(first));
        }
    }

    @Test
    void aGraceTimeShorterThanADownloadIsRefused() {
        assertThatThrownBy(() -> new Sweeper(
                        "r",
                        store,
                        new Retention(store, waiting),
                        Duration.ofMinutes(59),
                        Duration.ZERO,
                        Clock.systemUTC()))
                .hasMessageContaining("bams3.sweep.grace");
    }

    /** One that waits for turns to be taken by hand: by its clock the period has only just begun. */
    private Sweeper sweeper(String name, Instant now) {
        return new Sweeper(
                name, store, new Retention(store, waiting), GRACE, Duration.ZERO, Clock.fixed(now, ZoneOffset.UTC));
    }
}
