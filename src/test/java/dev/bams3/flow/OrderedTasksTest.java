package dev.bams3.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Seed;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order, failure and the promise that no task outlives its owner. */
@Timeout(30)
@Tag("fast")
class OrderedTasksTest {
    private final ExecutorService pool = Executors.newFixedThreadPool(4);

    @AfterEach
    void shutDown() {
        pool.shutdownNow();
    }

    @Test
    void resultsComeInOrderOfSubmissionWhateverEndsFirst() {
        try (OrderedTasks<Integer> tasks = new OrderedTasks<>(pool)) {
            CountDownLatch secondRan = new CountDownLatch(1);
            tasks.submit(() -> {
                secondRan.await();
                return 1;
            });
            tasks.submit(() -> {
                secondRan.countDown();
                return 2;
            });
            assertThat(tasks.take()).isEqualTo(1);
            assertThat(tasks.take()).isEqualTo(2);
            assertThat(tasks.pending()).isZero();
        }
    }

    @Test
    void aTasksOwnFailureReachesItsTakerAndTheRestGoOn() {
        try (OrderedTasks<Integer> tasks = new OrderedTasks<>(pool)) {
            tasks.submit(() -> {
                throw ReadsException.of(ErrorKind.CORRUPT, "bad bytes");
            });
            tasks.submit(() -> 2);
            assertThatThrownBy(tasks::take).isInstanceOf(ReadsException.class).hasMessage("bad bytes");
            assertThat(tasks.take()).isEqualTo(2);
        }
    }

    @Test
    void closeInterruptsWhatRunsAndWaitsForIt() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        OrderedTasks<Integer> tasks = new OrderedTasks<>(pool);
        tasks.submit(() -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                ended.incrementAndGet();
            }
            return 1;
        });
        began.await();
        tasks.close();
        assertThat(ended).hasValue(1);
    }

    @Test
    void closeDropsWhatHasNotBegun() throws Exception {
        ExecutorService single = Executors.newSingleThreadExecutor();
        CountDownLatch began = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        OrderedTasks<Integer> tasks = new OrderedTasks<>(single);
        tasks.submit(() -> {
            began.countDown();
            new CountDownLatch(1).await();
            return 0;
        });
        tasks.submit(ran::incrementAndGet);
        began.await();
        tasks.close();
        // The pool's thread is whole: not interrupted by the cancellation, and free for others.
        assertThat(single.submit(() -> Thread.currentThread().isInterrupted()).get())
                .isFalse();
        assertThat(ran).hasValue(0);
        single.shutdown();
    }

    @Test
    void anInterruptedTakerLearnsOfItAndLosesNothing() {
        try (OrderedTasks<Integer> tasks = new OrderedTasks<>(pool)) {
            CountDownLatch go = new CountDownLatch(1);
            tasks.submit(() -> {
                go.await();
                return 7;
            });
            Thread.currentThread().interrupt();
            assertThatThrownBy(tasks::take)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
            go.countDown();
            assertThat(tasks.take()).isEqualTo(7);
        }
    }

    @Test
    void closingAtAnyMomentLeavesNoTaskRunning() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            AtomicInteger running = new AtomicInteger();
            try (OrderedTasks<Integer> tasks = new OrderedTasks<>(pool)) {
                int count = 1 + random.nextInt(12);
                for (int i = 0; i < count; i++) {
                    int value = i;
                    tasks.submit(() -> {
                        running.incrementAndGet();
                        try {
                            Thread.yield();
                            return value;
                        } finally {
                            running.decrementAndGet();
                        }
                    });
                }
                int taken = random.nextInt(count + 1);
                for (int i = 0; i < taken; i++) {
                    assertThat(tasks.take()).as("seed %s", seed).isEqualTo(i);
                }
            }
            assertThat(running).as("seed %s round %s", seed, round).hasValue(0);
        }
    }
}
