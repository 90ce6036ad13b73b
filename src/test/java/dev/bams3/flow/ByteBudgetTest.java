package dev.bams3.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes held never pass the budget, everything comes back, and nobody waits for ever. */
@Timeout(30)
@Tag("fast")
class ByteBudgetTest {
    private static final int KIB = 1024;

    @Test
    void whatIsClosedComesBackOnce() {
        ByteBudget budget = new ByteBudget(10 * KIB);
        ByteBudget.Lease lease = budget.acquire(4 * KIB);
        assertThat(budget.bytesFree()).isEqualTo(6 * KIB);
        lease.close();
        lease.close();
        assertThat(budget.bytesFree()).isEqualTo(10 * KIB);
    }

    @Test
    void aDemandOverTheBudgetTakesAllOfIt() {
        ByteBudget budget = new ByteBudget(10 * KIB);
        try (ByteBudget.Lease lease = budget.acquire(1_000_000)) {
            assertThat(lease).isNotNull();
            assertThat(budget.bytesFree()).isZero();
            assertThat(budget.tryAcquire(1)).isNull();
        }
        assertThat(budget.bytesFree()).isEqualTo(10 * KIB);
    }

    @Test
    void aLeaseCanBecomeSmallerNotLarger() {
        ByteBudget budget = new ByteBudget(10 * KIB);
        try (ByteBudget.Lease lease = budget.acquire(8 * KIB)) {
            lease.shrinkTo(3 * KIB);
            assertThat(budget.bytesFree()).isEqualTo(7 * KIB);
            lease.shrinkTo(5 * KIB);
            assertThat(budget.bytesFree()).isEqualTo(7 * KIB);
            lease.close();
            lease.shrinkTo(0);
        }
        assertThat(budget.bytesFree()).isEqualTo(10 * KIB);
    }

    @Test
    void theReserveIsOnlyForThoseWhoWait() {
        ByteBudget budget = new ByteBudget(8 * KIB, 2 * KIB, 0, WaitingRoom.unbounded());
        try (ByteBudget.Lease most = budget.tryAcquire(6 * KIB)) {
            assertThat(most).isNotNull();
            assertThat(budget.tryAcquire(1)).isNull();
            try (ByteBudget.Lease rest = budget.acquire(2 * KIB)) {
                assertThat(rest).isNotNull();
                assertThat(budget.bytesFree()).isZero();
            }
        }
        assertThat(budget.bytesFree()).isEqualTo(budget.bytesTotal());
    }

    @Test
    void theSmallGoPastWhoeverWaitsForMuch() {
        ByteBudget budget = new ByteBudget(8 * KIB, 0, 2 * KIB, new WaitingRoom(1, Duration.ofMillis(20)));
        try (ByteBudget.Lease shared = budget.acquire(100 * KIB)) {
            assertThat(shared).isNotNull();
            assertThat(budget.bytesFree()).isEqualTo(2 * KIB);
            assertThatThrownBy(() -> budget.acquire(KIB)).isInstanceOf(ReadsException.class);
            try (ByteBudget.Lease small = budget.acquireSmall(3 * KIB)) {
                assertThat(budget.bytesFree()).isZero();
                assertThatThrownBy(() -> budget.acquireSmall(1)).isInstanceOf(ReadsException.class);
                small.shrinkTo(KIB);
                assertThat(budget.bytesFree()).isEqualTo(KIB);
                assertThat(budget.tryAcquire(1)).isNull();
            }
        }
        try (ByteBudget.Lease small = budget.acquireSmall(3 * KIB);
                ByteBudget.Lease other = budget.acquireSmall(3 * KIB)) {
            assertThat(small).isNotSameAs(other);
            assertThat(budget.bytesFree()).as("of the shared, while it is free").isEqualTo(2 * KIB);
        }
        assertThat(budget.bytesFree()).isEqualTo(budget.bytesTotal());
    }

    @Test
    void manyHoldersNeverPassTheBudgetAndAllFinish() throws InterruptedException {
        long seed = Seed.draw();
        ByteBudget budget = new ByteBudget(64 * KIB);
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CountDownLatch done = new CountDownLatch(50);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Random random = new Random(seed + i);
            threads.add(Thread.ofVirtual().start(() -> {
                for (int round = 0; round < 100; round++) {
                    long bytes = KIB * (1L + random.nextInt(100));
                    long charged = Math.min(bytes, 64 * KIB);
                    try (ByteBudget.Lease first = budget.acquire(bytes)) {
                        assertThat(first).isNotNull();
                        most.accumulateAndGet(held.addAndGet(charged), Math::max);
                        try (ByteBudget.Lease more = budget.tryAcquire(KIB)) {
                            long extra = more == null ? 0 : KIB;
                            most.accumulateAndGet(held.addAndGet(extra), Math::max);
                            Thread.yield();
                            held.addAndGet(-extra);
                        }
                        held.addAndGet(-charged);
                    }
                }
                done.countDown();
            }));
        }
        done.await();
        assertThat(most.get()).as("seed %s", seed).isLessThanOrEqualTo(64 * KIB);
        assertThat(budget.bytesFree()).isEqualTo(64 * KIB);
    }

    @Test
    void whoWaitsTooLongIsToldSoAndTakesNothing() {
        ByteBudget budget = new ByteBudget(8 * KIB, 0, 0, new WaitingRoom(1, Duration.ofMillis(20)));
        try (ByteBudget.Lease lease = budget.acquire(6 * KIB)) {
            assertThat(lease).isNotNull();
            assertThatThrownBy(() -> budget.acquire(4 * KIB))
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.OVERLOADED));
            assertThat(budget.bytesFree()).isEqualTo(2 * KIB);
        }
        assertThat(budget.bytesFree()).isEqualTo(8 * KIB);
    }
}
