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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

    /**
     * Every twentieth read of the warm store answers only when it is waited for without a second one; all others answer
     * before anybody loses patience, however slow the machine is. One who reads after the other.
     */
    private static final class Slow extends ForwardingObjectStore implements HedgedObjectStore.Waiting {
        private static final long QUICK = TimeUnit.MILLISECONDS.toNanos(1);

        private final int which;
        private final Set<Long> seen = ConcurrentHashMap.newKeySet();
        private final AtomicInteger left = new AtomicInteger();
        private final AtomicInteger endured = new AtomicInteger();
        private final AtomicBoolean slow = new AtomicBoolean();
        private final Semaphore ends = new Semaphore(0);
        // Of the one who reads.
        private LongSupplier seconds = () -> 0;
        private long begun;
        private boolean outOfPatience;
        private long waited;
        private long now;

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
                    slow.set(true);
                    ends.acquire();
                    endured.incrementAndGet();
                } catch (InterruptedException e) {
                    left.incrementAndGet();
                    throw ReadsException.interrupted("the slow one", e);
                }
            }
            return body.get();
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> answers, long nanos) throws InterruptedException {
            while (true) {
                T answer = answers.poll(1, TimeUnit.MILLISECONDS);
                if (answer != null) {
                    now += QUICK;
                    return answer;
                }
                if (slow.getAndSet(false)) {
                    waited = nanos;
                    now += nanos;
                    outOfPatience = true;
                    return null;
                }
            }
        }

        @Override
        public <T> T take(BlockingQueue<T> answers) throws InterruptedException {
            if (outOfPatience && seconds.getAsLong() == begun) {
                ends.release();
            }
            begun = seconds.getAsLong();
            outOfPatience = false;
            now += QUICK;
            return answers.take();
        }
    }

    @Test
    void whoeverWouldWaitForASlowReadGetsTheSecondOne() {
        Slow slow = slow();
        CountingObjectStore counted = new CountingObjectStore(slow);
        HedgedObjectStore store = hedged(counted, slow, 0.2);
        readAll(store);
        // A read in twenty is slow, and a fifth may be begun again.
        assertThat(slow.seen).as("seed %s", seed).hasSizeBetween(46, 47);
        assertThat(slow.endured).hasValue(0);
        assertThat(store.started()).isEqualTo(slow.seen.size());
        assertThat(store.won()).isEqualTo(store.started());
        assertThat(counted.gets()).isEqualTo(READS + store.started());
        assertThat(slow.waited).as("the floor, as all others take 1 ms").isEqualTo(FLOOR.toNanos());
        Wait.until("no read is in flight", () -> counted.readsInFlight() == 0);
        assertThat(slow.left).hasValue(slow.seen.size());
    }

    @Test
    void secondReadsAreAShareOfAll() {
        Slow slow = slow();
        CountingObjectStore counted = new CountingObjectStore(slow);
        HedgedObjectStore store = hedged(counted, slow, 0.03);
        readAll(store);
        // 30 for 1,000 reads, less what was earned since the last slow one, at most 20 ago, and a part of one.
        assertThat(store.started()).as("seed %s", seed).isBetween(28L, 30L);
        assertThat(store.won()).isEqualTo(store.started());
        assertThat(counted.gets()).isEqualTo(READS + store.started());
        assertThat(slow.endured).hasValue(slow.seen.size() - (int) store.started());
    }

    private static HedgedObjectStore hedged(ObjectStore store, Slow slow, double share) {
        HedgedObjectStore hedged = new HedgedObjectStore(store, new HedgedObjectStore.Rules(0.9, FLOOR, share), slow);
        slow.seconds = hedged::started;
        return hedged;
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
