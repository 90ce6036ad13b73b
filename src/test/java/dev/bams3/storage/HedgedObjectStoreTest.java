package dev.bams3.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.Wait;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract, with hedging; and what it does to a store of which each twentieth read is slow. */
@Timeout(120)
class HedgedObjectStoreTest extends ObjectStoreContract {
    private static final ObjectKey KEY = new ObjectKey("key");
    private static final Duration FLOOR = Duration.ofMillis(20);
    private static final int READS = 1000;
    private static final int WARM_UP = 64;

    private final long seed = new Random().nextLong();
    private final byte[] object = new byte[10_000];

    @Override
    protected ObjectStore open() {
        return new HedgedObjectStore(new MemoryObjectStore(), new HedgedObjectStore.Rules(0.5, Duration.ZERO, 1));
    }

    /** Every twentieth read of the warm store takes long, unless it is left; one that is asked for again does not. */
    private static final class Slow extends ForwardingObjectStore {
        private final int which;
        private final Set<Long> seen = ConcurrentHashMap.newKeySet();
        private final AtomicInteger left = new AtomicInteger();
        private final AtomicInteger endured = new AtomicInteger();
        private final CountDownLatch never = new CountDownLatch(1);

        Slow(ObjectStore store, long seed) {
            super(store);
            which = new Random(seed).nextInt(20);
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            if (call.operation() == Operation.GET_RANGE
                    && call.offset() >= WARM_UP
                    && call.offset() % 20 == which
                    && seen.add(call.offset())) {
                try {
                    assertThat(never.await(1, TimeUnit.SECONDS)).isFalse();
                    endured.incrementAndGet();
                } catch (InterruptedException e) {
                    left.incrementAndGet();
                    throw ReadsException.interrupted("the slow one", e);
                }
            }
            return body.get();
        }
    }

    @Test
    void whoeverWouldWaitForASlowReadGetsTheSecondOne() {
        Slow slow = slow();
        CountingObjectStore counted = new CountingObjectStore(slow);
        HedgedObjectStore store = new HedgedObjectStore(counted, new HedgedObjectStore.Rules(0.9, FLOOR, 0.2));
        readAll(store);
        // A loaded machine makes others look slow, and uses up what is allowed.
        assertThat(slow.endured.get()).as("seed %s", seed).isLessThan(READS / 40);
        assertThat(store.won()).isGreaterThan(READS / 20 - READS / 40).isLessThanOrEqualTo(store.started());
        assertThat(counted.gets()).isEqualTo(READS + store.started());
        assertThat(store.started()).isLessThanOrEqualTo((long) (0.2 * READS));
        Wait.until("no read is in flight", () -> counted.readsInFlight() == 0);
        assertThat(slow.left.get() + slow.endured.get()).isEqualTo(slow.seen.size());
    }

    @Test
    void secondReadsAreAShareOfAll() {
        Slow slow = slow();
        CountingObjectStore counted = new CountingObjectStore(slow);
        HedgedObjectStore store = new HedgedObjectStore(counted, new HedgedObjectStore.Rules(0.9, FLOOR, 0.03));
        readAll(store);
        assertThat(store.started()).as("seed %s", seed).isBetween(1L, READS * 3L / 100);
        assertThat(counted.gets()).isEqualTo(READS + store.started());
        assertThat(slow.endured).hasPositiveValue();
    }

    private Slow slow() {
        new Random(seed).nextBytes(object);
        MemoryObjectStore memory = new MemoryObjectStore();
        memory.put(KEY, object, PutCondition.always());
        return new Slow(memory, seed);
    }

    private void readAll(ObjectStore store) {
        for (int offset = 0; offset < READS; offset++) {
            assertThat(store.getRange(KEY, new ByteRange(offset, 100), ETag.ANY))
                    .isEqualTo(Arrays.copyOfRange(object, offset, offset + 100));
        }
    }

    /** Whoever is interrupted leaves no read behind. */
    @Test
    void anInterruptionCancelsBoth() throws InterruptedException {
        MemoryObjectStore memory = new MemoryObjectStore();
        memory.put(KEY, object, PutCondition.always());
        FaultyObjectStore faulty =
                new FaultyObjectStore(memory, seed).onEach(call -> call.offset() == WARM_UP, Fault.HANG);
        CountingObjectStore counted = new CountingObjectStore(faulty);
        HedgedObjectStore store = new HedgedObjectStore(counted, new HedgedObjectStore.Rules(0.5, Duration.ZERO, 1));
        for (int offset = 0; offset < WARM_UP; offset++) {
            store.getRange(KEY, new ByteRange(offset, 100), ETag.ANY);
        }
        Thread reader = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> store.getRange(KEY, new ByteRange(WARM_UP, 100), ETag.ANY))
                        .isInstanceOfSatisfying(
                                ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED)));
        faulty.awaitHanging(2);
        reader.interrupt();
        reader.join();
        Wait.until("no read is in flight", () -> counted.readsInFlight() == 0);
    }
}
