package dev.bams3.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Wait;
import dev.bams3.plan.RangeRules;
import dev.bams3.plan.ReadPlan;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many streams at once: nobody starves, nobody waits for ever, the bounds hold. */
@Timeout(120)
@Tag("fast")
class FairnessTest {
    private static final int MIB = 1 << 20;

    /** Lets each GET through when the test says so. */
    private static final class GatedObjectStore extends ForwardingObjectStore {
        final Semaphore gate = new Semaphore(0);

        GatedObjectStore(ObjectStore delegate) {
            super(delegate);
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            gate.acquireUninterruptibly();
            return body.get();
        }
    }

    @Test
    void aSmallReadWaitsForAtMostOneGetOfEachStreamBeforeIt() throws InterruptedException {
        int slots = 4;
        int streams = 3;
        StoredChunks chunks = new StoredChunks(1);
        for (int i = 0; i < streams; i++) {
            chunks.addEqual(100, 1000);
        }
        GatedObjectStore gated = new GatedObjectStore(chunks.store);
        CountingObjectStore store = new CountingObjectStore(gated);
        StoredChunks small = new StoredChunks(2).addEqual(1, 10);
        CountingObjectStore smallStore = new CountingObjectStore(small.store);
        try (ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(slots, slots, 64L * MIB, 12 * MIB))) {
            // One GET a block: as greedy as a stream can be.
            ReadPlan everyBlock = chunks.plan(new RangeRules(1, 1, 0));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                ReadPlan plan = everyBlock.slice(i * 100, 100);
                threads.add(Thread.ofVirtual().start(() -> drain(fetcher, plan, store, chunks)));
                // The first takes all slots, the others stand in line.
                int inLine = i;
                Wait.until(
                        "all slots are taken",
                        () -> fetcher.getsInFlight() == slots && fetcher.requestsWaiting() == inLine);
            }
            Thread late = Thread.ofVirtual().start(() -> drain(fetcher, small.plan(), smallStore, small));
            Wait.until("all streams wait", () -> fetcher.requestsWaiting() == streams);
            assertThat(smallStore.gets()).isZero();
            int started = store.calls().size();
            // Each GET that ends frees a slot for the next in line: after one for each before it, it is the late one's
            // turn.
            int turns = streams;
            gated.gate.release(turns);
            late.join();
            assertThat(smallStore.gets()).isEqualTo(1);
            assertThat(store.calls().size() - started).isLessThanOrEqualTo(turns);
            gated.gate.release(1_000);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(fetcher.getsInFlight()).isZero();
            assertThat(fetcher.bytesHeld()).isZero();
        }
    }

    @Test
    void stalledClientsDoNotKeepNewcomersOut() {
        StoredChunks chunks = new StoredChunks(3).addEqual(300, 100_000);
        try (ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(16, 8, 16L * MIB, 12 * MIB))) {
            List<AutoCloseable> stalled = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                StoredBlocks stream = open(fetcher, chunks.plan(), chunks.store);
                stalled.add(stream);
                stalled.add(stream.next());
            }
            assertThat(fetcher.bytesHeld()).isLessThanOrEqualTo(16L * MIB);
            drain(fetcher, chunks.plan().slice(0, 2), chunks.store, chunks);
            stalled.forEach(FairnessTest::close);
            assertThat(fetcher.bytesHeld()).isZero();
        }
    }

    @Test
    void manyStreamsShareASmallBudgetAndAllFinish() throws InterruptedException {
        long seed = Seed.draw();
        StoredChunks chunks = new StoredChunks(seed).addRandom(300, 20_000).addRandom(300, 20_000);
        CountingObjectStore store = new CountingObjectStore(chunks.store);
        ReadPlan plan = chunks.plan();
        AtomicInteger finished = new AtomicInteger();
        AtomicLong most = new AtomicLong();
        try (ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(6, 3, MIB, MIB))) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    drain(fetcher, plan, store, chunks);
                    most.accumulateAndGet(fetcher.bytesHeld(), Math::max);
                    finished.incrementAndGet();
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(finished).as("seed %s", seed).hasValue(64);
            assertThat(most.get()).isLessThanOrEqualTo(MIB);
            assertThat(store.mostReadsInFlight()).isLessThanOrEqualTo(6);
            assertThat(fetcher.getsInFlight()).isZero();
            assertThat(fetcher.bytesHeld()).isZero();
        }
    }

    private static void drain(ChunkFetcher fetcher, ReadPlan plan, ObjectStore store, StoredChunks chunks) {
        try (StoredBlocks stream = open(fetcher, plan, store)) {
            while (stream.hasNext()) {
                try (FetchedBlock block = stream.next()) {
                    assertThat(chunks.isRight(block)).isTrue();
                }
            }
        }
    }

    private static StoredBlocks open(ChunkFetcher fetcher, ReadPlan plan, ObjectStore store) {
        return fetcher.open(plan, new ChunkObjects(store, StoredChunks.KEYS, () -> false, new DamageCheck()), () -> {});
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
