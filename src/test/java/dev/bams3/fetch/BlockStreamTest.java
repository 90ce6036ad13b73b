package dev.bams3.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.Seed;
import dev.bams3.flow.WaitingRoom;
import dev.bams3.plan.RangeRules;
import dev.bams3.plan.ReadPlan;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One stream: order, bytes, pace, faults, and that closing gives everything back. Many streams: {@link FairnessTest}. */
@Timeout(60)
@Tag("fast")
class BlockStreamTest {
    private static final int MIB = 1 << 20;
    private static final FetchLimits LIMITS = new FetchLimits(16, 8, 64L * MIB, 12 * MIB);

    private final ChunkFetcher fetcher = new ChunkFetcher(LIMITS);

    @AfterEach
    void nothingIsLeft() {
        assertThat(fetcher.getsInFlight()).isZero();
        assertThat(fetcher.bytesHeld()).isZero();
        fetcher.close();
    }

    @Test
    void blocksComeInPlanOrderWithTheirBytes() {
        for (int round = 0; round < 20; round++) {
            long seed = Seed.draw();
            Random random = new Random(seed);
            StoredChunks chunks = new StoredChunks(seed);
            for (int i = 0; i <= random.nextInt(3); i++) {
                chunks.addRandom(1 + random.nextInt(200), 1 + random.nextInt(100_000));
            }
            ReadPlan plan = chunks.plan();
            CountingObjectStore store = new CountingObjectStore(chunks.store);
            try (StoredBlocks stream = open(plan, store)) {
                for (int i = 0; i < plan.blocks().size(); i++) {
                    try (FetchedBlock block = stream.next()) {
                        assertThat(block.block())
                                .as("seed %s", seed)
                                .isEqualTo(plan.blocks().get(i));
                        assertThat(chunks.isRight(block))
                                .as("seed %s block %s", seed, i)
                                .isTrue();
                    }
                    assertThat(fetcher.bytesHeld()).isLessThanOrEqualTo(LIMITS.bytes());
                }
                assertThat(stream.hasNext()).isFalse();
                assertThat(stream.gets()).isEqualTo(plan.gets()).isEqualTo((int) store.gets());
                assertThat(stream.bytesFetched()).isEqualTo(plan.fetchedBytes()).isEqualTo(store.bytesRead());
            }
        }
    }

    @Test
    void nothingIsReadBeforeTheFirstBlockIsAskedFor() {
        StoredChunks chunks = new StoredChunks(1).addEqual(10, 1000);
        CountingObjectStore store = new CountingObjectStore(chunks.store);
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            assertThat(stream.isReady()).isFalse();
        }
        assertThat(store.gets()).isZero();
    }

    @Test
    void readAheadFollowsTheClient() {
        StoredChunks chunks = new StoredChunks(2).addEqual(400, 100_000);
        CountingObjectStore store = new CountingObjectStore(chunks.store);
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            stream.next().close();
            // A client that stalls after its first block has cost the first two ranges: 0.5 and 2 MiB.
            assertThat(stream.bytesFetched()).isLessThanOrEqualTo(3 * MIB);
            long handedOn = 100_000;
            while (stream.hasNext()) {
                stream.next().close();
                handedOn += 100_000;
                assertThat(stream.bytesFetched() - handedOn).isLessThanOrEqualTo(LIMITS.readAhead());
            }
        }
        assertThat(store.mostReadsInFlight()).isLessThanOrEqualTo(LIMITS.getsPerRequest());
    }

    @Test
    void scatteredBlocksKeepToTheGetsOfOneRequest() {
        StoredChunks chunks = new StoredChunks(3).addEqual(300, 1000);
        FaultyObjectStore store = new FaultyObjectStore(chunks.store, 3).onEach(FaultyObjectStore.reads(), Fault.HANG);
        CountingObjectStore counting = new CountingObjectStore(store);
        ReadPlan plan = chunks.plan(new RangeRules(1, 1, 0));
        assertThat(plan.gets()).isEqualTo(300);
        try (StoredBlocks stream = open(plan, counting)) {
            Thread reader = Thread.ofVirtual().start(() -> {
                while (stream.hasNext()) {
                    stream.next().close();
                }
            });
            store.awaitHanging(LIMITS.getsPerRequest());
            assertThat(counting.readsInFlight()).isEqualTo(LIMITS.getsPerRequest());
            assertThat(fetcher.getsInFlight()).isEqualTo(LIMITS.getsPerRequest());
            store.release();
            join(reader);
            assertThat(stream.hasNext()).isFalse();
        }
    }

    @Test
    void aSlowClientIsReadAheadForAsFarAsItTakesInASecond() {
        int blocks = 400;
        StoredChunks chunks = new StoredChunks(11).addEqual(blocks, 100_000);
        AtomicLong clock = new AtomicLong();
        FetchLimits wide = new FetchLimits(64, 64, 256L * MIB, 64 * MIB);
        try (ChunkFetcher slowly = new ChunkFetcher(wide, WaitingRoom.unbounded(), new BlockCache(0), clock::get);
                StoredBlocks stream = slowly.open(
                        chunks.plan(),
                        new ChunkObjects(chunks.store, StoredChunks.KEYS, () -> false, new DamageCheck()),
                        () -> {})) {
            long taken = 0;
            for (int i = 0; i < 200; i++) {
                stream.next().close();
                taken += 100_000;
                // Five blocks a second.
                clock.addAndGet(200_000_000);
                assertThat(stream.bytesFetched() - taken)
                        .isLessThan(3 * MIB + 700_000 + RangeRules.DEFAULT.targetBytes());
            }
            for (int i = 200; i < blocks - 100; i++) {
                stream.next().close();
                taken += 100_000;
            }
            assertThat(stream.bytesFetched() - taken)
                    .as("of a client that hurries")
                    .isGreaterThan(9 * MIB);
        }
    }

    @Test
    void closingCancelsAndWaitsForWhatIsInFlight() {
        StoredChunks chunks = new StoredChunks(4).addEqual(100, 100_000);
        FaultyObjectStore faulty =
                new FaultyObjectStore(chunks.store, 4).onNth(1, BlockStreamTest::isLater, Fault.HANG);
        CountingObjectStore store = new CountingObjectStore(faulty);
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            FetchedBlock kept = stream.next();
            faulty.awaitHanging(1);
            stream.close();
            assertThat(store.readsInFlight()).isZero();
            assertThat(fetcher.getsInFlight()).isZero();
            // What was handed on is its receiver's to give back.
            assertThat(fetcher.bytesHeld()).isPositive();
            assertThat(chunks.isRight(kept)).isTrue();
            kept.close();
        }
    }

    @Test
    void aFailedGetIsReportedInItsTurn() {
        StoredChunks chunks = new StoredChunks(5).addEqual(100, 100_000);
        FaultyObjectStore store =
                new FaultyObjectStore(chunks.store, 5).onNth(1, BlockStreamTest::isLater, Fault.UNAVAILABLE);
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            for (int i = 0; i < 5; i++) {
                stream.next().close();
            }
            assertThatThrownBy(stream::next)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        }
    }

    @Test
    void aMissingChunkIsCorruptNotMissing() {
        StoredChunks chunks = new StoredChunks(6).addEqual(3, 1000);
        chunks.store.delete(StoredChunks.KEYS.apply(0));
        assertCorrupt(chunks, chunks.store, "set/chunks/0");
    }

    @Test
    void aChunkShorterThanItsIndexIsCorrupt() {
        StoredChunks chunks = new StoredChunks(7).addEqual(3, 1000);
        ObjectKey key = StoredChunks.KEYS.apply(0);
        chunks.store.put(key, new byte[2999], PutCondition.always());
        assertCorrupt(chunks, chunks.store, "set/chunks/0");
    }

    @Test
    void aStoreThatGivesFewerBytesIsNotBelieved() {
        StoredChunks chunks = new StoredChunks(8).addEqual(3, 1000);
        assertCorrupt(
                chunks,
                new FaultyObjectStore(chunks.store, 8).onEach(FaultyObjectStore.reads(), Fault.SHORT_BODY),
                "set/chunks/0");
    }

    @Test
    void anInterruptedReaderIsCancelledAndLeavesNothing() {
        StoredChunks chunks = new StoredChunks(9).addEqual(100, 100_000);
        FaultyObjectStore store = new FaultyObjectStore(chunks.store, 9).onEach(FaultyObjectStore.reads(), Fault.HANG);
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::next)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED));
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aClosedFetcherStartsNothing() {
        StoredChunks chunks = new StoredChunks(10).addEqual(3, 1000);
        fetcher.close();
        try (StoredBlocks stream = open(chunks.plan(), chunks.store)) {
            assertThatThrownBy(stream::next)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.OVERLOADED));
        }
    }

    /** Not the GET of the first range; which of them the store sees first is chance. */
    private static boolean isLater(ForwardingObjectStore.Call call) {
        return call.offset() > 0;
    }

    private void assertCorrupt(StoredChunks chunks, ObjectStore store, String object) {
        try (StoredBlocks stream = open(chunks.plan(), store)) {
            assertThatThrownBy(stream::next).isInstanceOfSatisfying(ReadsException.class, failure -> {
                assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
                assertThat(failure.resource()).contains(object);
            });
        }
    }

    private StoredBlocks open(ReadPlan plan, ObjectStore store) {
        return fetcher.open(plan, new ChunkObjects(store, StoredChunks.KEYS, () -> false, new DamageCheck()), () -> {});
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
